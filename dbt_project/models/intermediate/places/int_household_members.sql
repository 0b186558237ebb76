with periods as (
    select * from {{ ref('int_periods') }}
),

episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

cases as (
    select * from {{ ref('stg_homelessness__cases') }}
),

enrolments as (
    select * from {{ ref('stg_homelessness__enrolments') }}
),

person_records as (
    select * from {{ ref('int_person_records') }}
),

-- a case names its main applicant alone; an enrolment names everyone who entered
named as (
    select
        case_id as episode_id,
        household_id,
        false as names_everyone
    from cases
    where household_id is not null
    union all
    select
        enrolment_id as episode_id,
        household_id,
        true as names_everyone
    from enrolments
    where household_id is not null
),

-- an application that led to no duty was over with its answer
live as (
    select
        named.household_id,
        named.names_everyone,
        episodes.person_id,
        episodes.record_id,
        episodes.provider,
        coalesce(episodes.referral_date, episodes.start_date) as from_date,
        coalesce(
            episodes.end_date,
            case when episodes.start_date is null then episodes.decision_date end
        ) as to_date
    from named
    inner join episodes on named.episode_id = episodes.episode_id
),

members as (
    select
        periods.period_type,
        live.household_id,
        live.provider,
        live.person_id,
        periods.period_end_date,
        bool_or(live.names_everyone) as names_everyone,
        max(person_records.birth_year) as birth_year
    from live
    inner join periods
        on
            live.from_date <= periods.period_end_date
            and coalesce(live.to_date, periods.period_end_date)
            >= periods.period_start_date
    left join person_records on live.record_id = person_records.record_id
    group by
        periods.period_type,
        live.household_id,
        live.provider,
        live.person_id,
        periods.period_end_date
)

select * from members
