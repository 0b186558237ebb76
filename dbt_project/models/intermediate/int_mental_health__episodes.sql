{{ config(materialized='view') }}

with community as (
    select * from {{ ref('int_mental_health__community') }}
),

referrals as (
    select * from {{ ref('stg_mental_health__referrals') }}
),

spells as (
    select * from {{ ref('stg_mental_health__hospital_spells') }}
),

-- drops spells whose referral has not landed: nobody can say whose they are
inpatient as (
    select
        spells.spell_id as episode_id,
        referrals.record_id,
        spells.provider,
        cast(null as string) as worker_id,
        'psychiatric_inpatient' as service_type,
        'started' as recorded_decision_type,
        spells.discharge_destination_code as recorded_end_type,
        cast(null as string) as recorded_source_type,
        cast(null as date) as referral_date,
        cast(null as date) as decision_date,
        spells.start_date,
        spells.discharge_date as end_date
    from spells
    inner join referrals on spells.referral_id = referrals.referral_id
),

unioned as (
    {% for part in ['community', 'inpatient'] %}
        select
            {{ episode_columns() }}
        from {{ part }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from unioned
