{% set counts = [
    'people_own_count',
    'people_whole_count',
    'blind_spot_count',
    'blind_spot_low_count',
    'blind_spot_high_count',
] %}

with spread as (
    select * from {{ ref('int_sector_lenses_spread') }}
),

sector_coverage as (
    select * from {{ ref('int_sector_coverage') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
),

-- the whole-person view of a need is whole only if the need's own sector reported, too
judged as (
    select
        spread.*,
        period_coverage.period_start_date,
        period_coverage.period_end_date,
        period_coverage.providers_expected_count,
        period_coverage.providers_received_count,
        case
            when not coalesce(own.is_covered, false) then 'sector_not_covered'
            when not coalesce(other.is_covered, false) then 'need_not_covered'
        end as reason_type
    from spread
    inner join period_coverage on spread.period_type = period_coverage.period_type
    left join sector_coverage as own
        on spread.period_type = own.period_type and spread.sector = own.sector
    left join sector_coverage as other
        on
            spread.period_type = other.period_type
            and spread.need_sector = other.sector
),

sector_lens as (
    select
        cast(period_type as string) as period_type,
        cast(sector as string) as sector,
        cast(need_type as string) as need_type,
        {{ status_by('reason_type') }} as status_type,
        cast(coalesce(reason_type, 'none') as string) as status_reason_type,
        {% for count in counts %}
            case when reason_type is null then cast({{ count }} as bigint) end
                as {{ count }},
        {% endfor %}
        {% for name, macro in [
            ('share', share), ('share_low', wilson_low), ('share_high', wilson_high)
        ] %}
            case
                when reason_type is null
                    then
                        cast(
                            {{ macro('blind_spot_count', 'people_whole_count') }}
                            as double
                        )
            end as blind_spot_{{ name }},
        {% endfor %}
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from judged
)

select * from sector_lens
