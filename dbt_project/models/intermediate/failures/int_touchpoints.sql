with recorded as (
    select * from {{ ref('int_touchpoints_recorded') }}
),

help_given as (
    select * from {{ ref('int_help_given') }}
),

touchpoint_types as (
    select * from {{ ref('touchpoint_types') }}
),

windows as (
    select * from {{ ref('failure_windows') }}
    where window_type = 'help_after_touchpoint'
),

costs as (
    select * from {{ ref('int_unit_costs') }}
),

-- the same step on the same day with the same provider is one, however often recorded
touched as (
    select
        touchpoint_type,
        person_id,
        sector,
        provider,
        touchpoint_date,
        touchpoint_type || '-' || min(source_id) as touchpoint_id
    from recorded
    group by touchpoint_type, person_id, sector, provider, touchpoint_date
),

-- help that answers it: from its day on, by the provider the type looks at
answered as (
    select
        touched.touchpoint_id,
        min(help_given.help_date) as help_date
    from touched
    cross join windows
    inner join touchpoint_types
        on touched.touchpoint_type = touchpoint_types.touchpoint_type
    inner join help_given
        on
            touched.person_id = help_given.person_id
            and touched.touchpoint_date <= help_given.help_date
            and {{ days_after('touched.touchpoint_date', 'windows.window_days') }}
            >= help_given.help_date
            and (
                touched.provider = help_given.provider
                or touchpoint_types.help_from_type = 'any_provider'
            )
    group by touched.touchpoint_id
),

touchpoints as (
    select
        touched.*,
        touchpoint_types.priority,
        touchpoint_types.is_help,
        answered.help_date,
        costs.unit_cost_pence,
        costs.cost_status_type,
        touchpoint_types.is_help or answered.help_date is not null as is_help_given
    from touched
    inner join touchpoint_types
        on touched.touchpoint_type = touchpoint_types.touchpoint_type
    inner join costs on touchpoint_types.cost_item = costs.cost_item
    left join answered on touched.touchpoint_id = answered.touchpoint_id
)

select * from touchpoints
