with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

ranked as (
    select * from {{ ref('int_referrers_ranked') }}
),

sourced as (
    select
        episodes.episode_id,
        episodes.person_id,
        episodes.referral_date,
        episodes.start_date,
        episodes.decision_type,
        episodes.provider as to_provider,
        case
            when episodes.source_type = 'not_known' then 'not_known'
            when episodes.source_sector is null then 'outside'
            else coalesce(ranked.from_provider, 'not_known')
        end as from_provider,
        case
            when episodes.source_type = 'not_known' then 'not_known'
            else coalesce(episodes.source_sector, 'outside')
        end as from_sector
    from episodes
    left join ranked
        on
            episodes.episode_id = ranked.episode_id
            and ranked.rank_number = 1
    -- drops stays, which have no referral of their own
    where episodes.referral_date <= {{ as_of() }}
)

select * from sourced
