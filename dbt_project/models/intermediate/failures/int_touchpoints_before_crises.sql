with crises as (
    select * from {{ ref('int_crises_identified') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
),

windows as (
    select * from {{ ref('failure_windows') }}
    where window_type = 'missed_opportunity'
),

-- the trail backwards: the day of the crisis itself is too late
followed as (
    select
        crises.crisis_id,
        crises.person_id,
        crises.crisis_type,
        crises.sector as crisis_sector,
        crises.provider as crisis_provider,
        crises.crisis_date,
        touchpoints.touchpoint_id,
        touchpoints.touchpoint_type,
        touchpoints.sector as touchpoint_sector,
        touchpoints.provider as touchpoint_provider,
        touchpoints.touchpoint_date,
        touchpoints.priority,
        touchpoints.unit_cost_pence,
        touchpoints.cost_status_type,
        -- help that came with the crisis, or after it, came too late
        touchpoints.is_help
        or coalesce(touchpoints.help_date < crises.crisis_date, false)
            as is_help_given
    from crises
    cross join windows
    inner join touchpoints
        on
            crises.person_id = touchpoints.person_id
            and crises.crisis_date > touchpoints.touchpoint_date
            and {{ days_after('crises.crisis_date', '-windows.window_days') }}
            <= touchpoints.touchpoint_date
),

-- from the crisis backwards, in all sectors and in each; of several on one day the one
-- without help comes first, then the order of the seed
ranked as (
    select
        *,
        {% for rank, keys in [('place', ''), ('sector', ', touchpoint_sector')] %}
            row_number() over (
                partition by crisis_id{{ keys }}
                order by
                    touchpoint_date desc,
                    is_help_given asc,
                    priority asc,
                    touchpoint_id asc
            ) as {{ rank }}_rank{% if not loop.last %},{% endif %}
        {% endfor %}
    from followed
)

select * from ranked
