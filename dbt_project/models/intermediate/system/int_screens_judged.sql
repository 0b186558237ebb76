with framed as (
    select * from {{ ref('int_screens_framed') }}
),

counted as (
    select * from {{ ref('int_screens_counted') }}
),

joined as (
    select
        framed.*,
        counted.median_lag_days,
        coalesce(counted.cases_count, 0) as cases_count,
        coalesce(counted.of_count, 0) as of_count,
        case
            when framed.reason_type is not null then framed.reason_type
            when coalesce(counted.of_count, 0) = 0 then 'none_reported'
        end as why_type,
        -- the highest share that the provider's own past makes plausible; what the
        -- others say counts only if they say it of enough people
        case framed.expected_type
            when 'even_days'
                then
                    cast(framed.window_days as double) / (
                        {{ dbt.datediff(
                            'framed.period_start_date', 'framed.period_end_date', 'day'
                        ) }} + 1
                    )
            when 'half' then 0.5
            when 'fixed' then framed.expected_share
            when 'own_past'
                then
                    case
                        when counted.past_of_count >= framed.minimum_count
                            then {{ wilson_high(
                                'counted.past_cases_count', 'counted.past_of_count'
                            ) }}
                    end
            when 'others'
                then
                    case
                        when counted.others_of_count >= framed.minimum_count
                            then {{ share(
                                'counted.others_cases_count', 'counted.others_of_count'
                            ) }}
                    end
        end as yardstick
    from framed
    left join counted
        on
            framed.screen_type = counted.screen_type
            and framed.provider = counted.provider
            and framed.period_start_date = counted.period_start_date
),

judged as (
    select
        provider,
        sector,
        period_start_date,
        period_end_date,
        screen_type,
        words,
        question,
        expected_type,
        minimum_count,
        allowed_excess,
        why_type,
        cases_count,
        of_count,
        median_lag_days,
        round(yardstick, 4) as yardstick_share,
        round({{ share('cases_count', 'of_count') }}, 4) as cases_share,
        round({{ wilson_low('cases_count', 'of_count') }}, 4) as cases_low,
        round({{ wilson_high('cases_count', 'of_count') }}, 4) as cases_high
    from joined
)

select * from judged
