{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

candidates as (
    select * from {{ ref('int_referrer_candidates') }}
),

source_services as (
    select * from {{ ref('source_services') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

-- whoever of the source's kind knew the person on the day, or last within the window
found as (
    select
        episodes.episode_id,
        episodes.provider as to_provider,
        candidates.provider as from_provider,
        candidates.first_date,
        least(
            coalesce(candidates.last_date, episodes.referral_date),
            episodes.referral_date
        ) as last_known_date
    from episodes
    cross join rules
    inner join source_services on episodes.source_type = source_services.source_type
    inner join candidates
        on
            episodes.person_id = candidates.person_id
            and source_services.known_by_type = candidates.known_by_type
            and episodes.referral_date >= candidates.first_date
            and episodes.episode_id
            <> coalesce(candidates.episode_id, 'not an episode')
            and (
                candidates.last_date is null
                or episodes.referral_date
                <= {{ days_after('candidates.last_date', 'rules.referrer_days') }}
            )
    where episodes.source_sector is not null
),

-- one of several: the last to know the person, another provider before the one
-- referred to, the newest start; the name settles what is left, so that it stays
ranked as (
    select
        episode_id,
        from_provider,
        row_number() over (
            partition by episode_id
            order by
                last_known_date desc,
                case when from_provider = to_provider then 1 else 0 end asc,
                first_date desc,
                from_provider asc
        ) as rank_number
    from found
)

select * from ranked
