{{ config(materialized='table') }}

{# Where the sectors' datasets say that something ended: (sector, dataset, day). #}
{% set endings = [
    ('homelessness', 'cases', 'duty_end_date'),
    ('homelessness', 'placements', 'end_date'),
    ('homelessness', 'exits', 'exit_date'),
    ('drugs', 'episodes', 'discharge_date'),
    ('drugs', 'referrals', 'exit_date'),
    ('offending', 'bookings', 'end_date'),
    ('offending', 'sentences', 'termination_date'),
    ('offending', 'rehabilitation_referrals', 'concluded_date'),
    ('mental_health', 'referrals', 'discharge_date'),
] %}

-- every landing counts, not the newest alone: the newest says what is so, the first
-- says when it was told
with landed as (
    {% for sector, dataset, day in endings %}
        select
            record_id,
            _provider,
            _export_date,
            {{ day }} as ended_date
        from {{ landed_parquet(sector ~ '/' ~ dataset) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

endings_landed as (
    select
        -- ids
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- dates
        cast(ended_date as date) as ended_date,
        -- machinery
        min(cast(_export_date as date)) as first_export_date
    from landed
    -- drops what has not ended
    where ended_date is not null
    group by record_id, _provider, ended_date
)

select * from endings_landed
