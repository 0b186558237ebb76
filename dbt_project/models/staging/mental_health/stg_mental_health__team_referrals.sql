with landed as (
    select *
    from {{ landed(
        'mental_health', 'team_referrals', ['referral_id', 'team_id']
    ) }}
),

team_referrals as (
    select
        -- ids
        cast(referral_id as string) as referral_id,
        cast(team_id as string) as team_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('rejection_code') }} as rejection_code,
        {{ clean_text('closure_code') }} as closure_code,
        -- dates
        cast(rejection_date as date) as rejection_date,
        cast(closure_date as date) as closure_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from team_referrals
