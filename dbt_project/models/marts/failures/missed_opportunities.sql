with before_crises as (
    select * from {{ ref('int_touchpoints_before_crises') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

missed_opportunities as (
    select
        cast(before_crises.crisis_id as string) as crisis_id,
        cast(before_crises.touchpoint_id as string) as touchpoint_id,
        cast(before_crises.person_id as string) as person_id,
        cast(before_crises.crisis_type as string) as crisis_type,
        cast(before_crises.crisis_sector as string) as crisis_sector,
        cast(before_crises.crisis_provider as string) as crisis_provider,
        cast(described.area_code as string) as area_code,
        cast(before_crises.touchpoint_type as string) as touchpoint_type,
        cast(before_crises.touchpoint_sector as string) as touchpoint_sector,
        cast(before_crises.touchpoint_provider as string) as touchpoint_provider,
        cast(
            {{ dbt.datediff('touchpoint_date', 'crisis_date', 'day') }}
            as integer
        ) as days_before,
        cast(before_crises.unit_cost_pence as bigint) as unit_cost_pence,
        cast(before_crises.cost_status_type as string) as cost_status_type,
        cast(before_crises.is_help_given as boolean) as is_help_given,
        cast(before_crises.place_rank = 1 as boolean) as is_last_chance,
        cast(before_crises.crisis_date as date) as crisis_date,
        cast(before_crises.touchpoint_date as date) as touchpoint_date
    from before_crises
    inner join described on before_crises.person_id = described.person_id
)

select * from missed_opportunities
