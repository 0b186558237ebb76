{% set bands = [
    'all', 'quarter_1', 'quarter_2', 'quarter_3', 'quarter_4', 'not_known',
] %}

with receivers as (
    select * from {{ ref('int_referral_receivers') }}
),

counted as (
    select * from {{ ref('int_decisions_counted') }}
),

years as (
    select * from {{ ref('int_periods') }}
),

bands as (
    {% for band in bands %}
        select '{{ band }}' as complexity_band
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- before the last year nobody has an earlier score, so there are no bands to tell of
judged as (
    select
        receivers.period_type,
        receivers.period_number,
        receivers.period_start_date,
        receivers.period_end_date,
        receivers.provider,
        receivers.sector,
        receivers.providers_expected_count,
        receivers.providers_received_count,
        bands.complexity_band,
        case
            when receivers.status_reason_type is not null
                then receivers.status_reason_type
            when
                bands.complexity_band <> 'all'
                and receivers.period_start_date < years.period_start_date
                then 'no_earlier_score'
        end as status_reason_type
    from receivers
    cross join bands
    inner join years on years.period_type = 'last_year'
),

spread as (
    select
        judged.*,
        {% for count in ['referrals', 'accepted', 'rejected', 'withdrawn', 'pending'] %}
            case
                when judged.status_reason_type is null
                    then coalesce(counted.{{ count }}_count, 0)
            end as {{ count }}_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from judged
    left join counted
        on
            judged.period_type = counted.period_type
            and judged.period_number = counted.period_number
            and judged.provider = counted.provider
            and judged.complexity_band = counted.complexity_band
)

select * from spread
