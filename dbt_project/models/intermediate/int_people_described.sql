with person_records as (
    select * from {{ ref('int_person_records') }}
),

person_health as (
    select * from {{ ref('stg_commonground__person_health') }}
),

-- text that sorts by arrival, so that the newest known value can be picked
ordered as (
    select
        *,
        coalesce(cast(_export_date as string), '')
        || coalesce(cast(_received_at as string), '')
        || record_id as arrival
    from person_records
),

picked as (
    select
        person_id,
        max_by(birth_year, arrival) filter (where birth_year is not null)
            as birth_year,
        max_by(sex_type, arrival) filter (where sex_type <> 'not_known')
            as sex_type,
        max_by(ethnicity_type, arrival) filter (where ethnicity_type <> 'not_stated')
            as ethnicity_type,
        max_by(postcode_district, arrival) filter (where postcode_district is not null)
            as area_code,
        bool_or(has_no_fixed_abode) as has_no_fixed_abode,
        count(*) as record_count,
        count(distinct sector) as sectors_ever_count
    from ordered
    group by person_id
),

aged as (
    select
        *,
        cast(extract(year from {{ as_of() }}) as integer) - birth_year as age
    from picked
),

described as (
    select
        aged.person_id,
        aged.has_no_fixed_abode,
        aged.record_count,
        aged.sectors_ever_count,
        person_health.link_health_type,
        coalesce(aged.sex_type, 'not_known') as sex_type,
        coalesce(aged.ethnicity_type, 'not_stated') as ethnicity_type,
        coalesce(aged.area_code, 'not_known') as area_code,
        case
            when aged.age between 16 and 24 then '16-24'
            when aged.age between 25 and 34 then '25-34'
            when aged.age between 35 and 44 then '35-44'
            when aged.age between 45 and 54 then '45-54'
            when aged.age between 55 and 64 then '55-64'
            when aged.age between 65 and 120 then '65+'
            else 'not_known'
        end as age_band
    from aged
    left join person_health on aged.person_id = person_health.person_id
)

select * from described
