{{ config(materialized='view') }}

{#
    The concentration index of grouped data: C = 2 / mu * sum(f * m * R) - 1, with the
    groups in order from the most to the least deprived, f a group's share of the people
    in need, m its figure for each of them, R its relative rank (the shares before it
    and half its own) and mu the mean of m (Kakwani, Wagstaff and van Doorslaer 1997;
    after Wagstaff, Paci and van Doorslaer 1991). f * m / mu is the group's share of all.
#}
{% set figures = ['episodes_started', 'no_door'] %}

with provision_by_place as (
    select * from {{ ref('provision_by_place') }}
),

-- areas of one decile are one group: nothing says which of them comes first
groups as (
    select
        period_type,
        sector,
        deprivation_decile,
        sum(people_in_need_count) as people_in_need_count,
        sum(episodes_started_count) as episodes_started_count,
        sum(no_door_count) as no_door_count,
        count(*) as areas_count
    from provision_by_place
    -- drops areas that have no decile, and figures that nobody could count
    where deprivation_decile is not null and people_in_need_count > 0
    group by period_type, sector, deprivation_decile
),

ranked as (
    select
        *,
        cast(
            sum(people_in_need_count) over (
                partition by period_type, sector
                order by deprivation_decile
            ) - cast(people_in_need_count as double) / 2 as double
        ) / sum(people_in_need_count) over (
            partition by period_type, sector
        ) as relative_rank
    from groups
),

concentrated as (
    select
        period_type,
        sector,
        {% for name in figures %}
            sum({{ name }}_count) as {{ name }}_count,
            case
                when count(*) > 1 and sum({{ name }}_count) > 0
                    then
                        round(
                            2 * sum({{ name }}_count * relative_rank)
                            / sum({{ name }}_count) - 1,
                            6
                        )
            end as {{ name }}_index,
        {% endfor %}
        count(*) as groups_count,
        sum(areas_count) as areas_count,
        sum(people_in_need_count) as people_in_need_count
    from ranked
    group by period_type, sector
)

select * from concentrated
