{{ config(materialized='view') }}

with members as (
    select * from {{ ref('int_household_members') }}
),

served as (
    select * from {{ ref('int_people_served') }}
),

person_needs as (
    select * from {{ ref('int_person_needs') }}
),

needing as (
    select
        person_id,
        period_type,
        count(*) as needs_count
    from person_needs
    group by person_id, period_type
),

aged as (
    select
        members.*,
        needing.needs_count,
        cast(extract(year from members.period_end_date) as integer)
        - members.birth_year as age,
        members.birth_year is null and not members.names_everyone as is_applicant
    from members
    left join needing
        on
            members.person_id = needing.person_id
            and members.period_type = needing.period_type
),

-- a main applicant without a year of birth is taken for an adult; nobody else is
counted as (
    select
        period_type,
        household_id,
        provider,
        bool_and(names_everyone) as names_everyone,
        count(*) filter (where age >= 18 or is_applicant) as adults_count,
        count(*) filter (where age < 18 and names_everyone) as children_count,
        count(*) filter (where age is null and names_everyone)
            as age_not_known_count,
        count(*) filter (
            where (age >= 18 or is_applicant) and needs_count > 1
        ) as multi_need_adults_count
    from aged
    group by period_type, household_id, provider
),

contacted as (
    select
        members.period_type,
        members.household_id,
        count(distinct served.sector) as sectors_count
    from members
    inner join served
        on
            members.person_id = served.person_id
            and members.period_type = served.period_type
    group by members.period_type, members.household_id
),

households as (
    select
        counted.*,
        coalesce(contacted.sectors_count, 0) as sectors_count
    from counted
    left join contacted
        on
            counted.period_type = contacted.period_type
            and counted.household_id = contacted.household_id
)

select * from households
