{{ config(materialized='view') }}

{#
    Cosine similarity of two sectors' profiles: sum(a * b) / sqrt(sum(a * a) *
    sum(b * b)), over the traits that both can tell (Salton, Wong and Yang 1975; worked
    in Manning, Raghavan and Schuetze 2008, section 6.3). One trait alone would always
    give 1, and a profile without anybody has no direction.
#}
with profiles as (
    select * from {{ ref('int_sector_profiles') }}
),

compared as (
    select
        one.period_type,
        one.sector,
        other.sector as other_sector,
        one.profile_type,
        count(*) as traits_count,
        case
            when count(*) > 1
                then
                    round(
                        sum(one.trait_share * other.trait_share)
                        / nullif(
                            sqrt(sum(one.trait_share * one.trait_share))
                            * sqrt(sum(other.trait_share * other.trait_share)),
                            0
                        ),
                        6
                    )
        end as similarity
    from profiles as one
    inner join profiles as other
        on
            one.period_type = other.period_type
            and one.profile_type = other.profile_type
            and one.trait_type = other.trait_type
            and one.sector < other.sector
    group by one.period_type, one.sector, other.sector, one.profile_type
)

select * from compared
