-- Fails for each rolling year and provider whose demand in the matrix is not its demand
-- as it presented, or as it originated. Figures that are not available are left out.
{% set sides = ['origin', 'presenting'] %}

with matrix as (
    select * from {{ ref('failure_demand_matrix') }}
),

classified as (
    select
        demand.*,
        periods.period_type
    from {{ ref('int_demand_classified') }} as demand
    inner join {{ ref('int_periods') }} as periods
        on
            demand.event_date
            between periods.period_start_date and periods.period_end_date
),

summed as (
    {% for side in sides %}
        select
            period_type,
            '{{ side }}' as side,
            {{ side }}_provider as provider,
            sum(events_count) as events_count,
            count(*) = count(events_count) as is_whole
        from matrix
        where {{ side }}_provider <> 'all'
        group by period_type, {{ side }}_provider
        union all
        select
            period_type,
            '{{ side }}' as side,
            'all' as provider,
            sum(events_count) as events_count,
            count(*) = count(events_count) as is_whole
        from matrix
        where {{ side }}_provider <> 'all'
        group by period_type
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    {% for side in sides %}
        select
            period_type,
            '{{ side }}' as side,
            {{ side }}_provider as provider,
            count(*) as events_count
        from classified
        group by period_type, {{ side }}_provider
        union all
        select
            period_type,
            '{{ side }}' as side,
            'all' as provider,
            count(*) as events_count
        from classified
        group by period_type
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    counted.period_type,
    counted.side,
    counted.provider
from counted
left join summed
    on
        counted.period_type = summed.period_type
        and counted.side = summed.side
        and counted.provider = summed.provider
where
    coalesce(summed.is_whole, true)
    and counted.events_count <> coalesce(summed.events_count, 0)
