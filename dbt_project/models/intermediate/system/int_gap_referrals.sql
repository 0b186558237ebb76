{{ config(materialized='view') }}

{% set kinds = [
    ('waiting', 'waited_date', 'is_over_wait'),
    ('rejected', 'rejected_date', 'not is_over_wait'),
    ('start', 'start_date', "decision_type = 'accepted'"),
] %}

with referrals as (
    select * from {{ ref('int_referrals_waited') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

placed as (
    select
        referrals.*,
        described.area_code,
        case
            when referrals.sector = 'drugs' then 'substance_use'
            else referrals.sector
        end as need_type
    from referrals
    inner join described on referrals.person_id = described.person_id
),

-- a referral is unmet once: on the day its wait was over, or on the day of the no if
-- that came first
dated as (
    {% for kind, day, condition in kinds %}
        select
            '{{ kind }}' as kind,
            episode_id,
            provider,
            area_code,
            need_type,
            {{ day }} as happened_date
        from placed
        where {{ day }} is not null and {{ condition }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from dated
