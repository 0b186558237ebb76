{{ config(materialized='view') }}

with bookings as (
    select * from {{ ref('stg_offending__bookings') }}
),

movements as (
    select * from {{ ref('stg_offending__movements') }}
),

sentences as (
    select * from {{ ref('stg_offending__sentences') }}
),

admissions as (
    select
        bookings.record_id,
        bookings.provider,
        movements.movement_date,
        min(movements.booking_id) as booking_id
    from movements
    inner join bookings on movements.booking_id = bookings.booking_id
    -- drops movements that are not an admission, and admissions that only move a
    -- person who is in custody already: transfers, stopovers, returns by way of a court
    where
        movements.movement_type = 'admission'
        and coalesce(movements.reason_code, 'none')
        not in ('INT', 'TRNCRT', 'TRNTAP', 'S', 'Z')
    group by bookings.record_id, bookings.provider, movements.movement_date
),

receptions as (
    select
        'custody_reception' as crisis_type,
        booking_id || '-' || cast(movement_date as string) as source_id,
        record_id,
        provider,
        movement_date as crisis_date
    from admissions
),

recalls as (
    select
        'recall' as crisis_type,
        sentence_id as source_id,
        record_id,
        provider,
        termination_date as crisis_date
    from sentences
    -- drops sentences that ended otherwise, and recalls without a day
    where termination_type = 'recalled' and termination_date is not null
),

unioned as (
    select * from receptions
    union all
    select * from recalls
)

select * from unioned
