{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('stg_offending__orders') }}
),

sentences as (
    select * from {{ ref('stg_offending__sentences') }}
),

sentenced as (
    select
        order_id,
        min(sentence_date) as first_sentence_date,
        max(termination_date) as last_termination_date,
        max_by(termination_type, termination_date) as termination_type,
        bool_or(termination_date is null) as has_open_sentence
    from sentences
    group by order_id
),

ended as (
    select
        orders.*,
        sentenced.first_sentence_date,
        sentenced.termination_type,
        -- an order marked inactive without a date ended by the last day known of it
        case
            when not sentenced.has_open_sentence then sentenced.last_termination_date
            when not orders.is_active
                then
                    greatest(
                        orders.referral_date,
                        orders.conviction_date,
                        sentenced.first_sentence_date,
                        sentenced.last_termination_date
                    )
        end as end_date
    from orders
    left join sentenced on orders.order_id = sentenced.order_id
),

supervision as (
    select
        order_id as episode_id,
        record_id,
        provider,
        cast(null as string) as worker_id,
        'probation' as service_type,
        'started' as recorded_decision_type,
        termination_type as recorded_end_type,
        'court' as recorded_source_type,
        referral_date,
        conviction_date as decision_date,
        end_date,
        coalesce(first_sentence_date, conviction_date, referral_date) as start_date
    from ended
)

select * from supervision
