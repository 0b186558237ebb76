with referrals as (
    select * from {{ ref('stg_mental_health__referrals') }}
),

care_contacts as (
    select * from {{ ref('stg_mental_health__care_contacts') }}
),

-- a contact names its referral alone; drops contacts whose referral has not landed,
-- for nobody can say whose they are. A team is not a worker, so there is none.
contacts as (
    select
        care_contacts.contact_id,
        care_contacts.referral_id,
        referrals.record_id,
        care_contacts.provider,
        cast(null as string) as worker_id,
        'care_contacts' as dataset,
        'care_contact' as contact_type,
        'any' as recorded_purpose,
        care_contacts.contact_date,
        ltrim(care_contacts.attendance_code, '0') in ('5', '6') as is_attended
    from care_contacts
    inner join referrals on care_contacts.referral_id = referrals.referral_id
)

select * from contacts
