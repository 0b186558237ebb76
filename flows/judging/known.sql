-- One row per record and what it lacks or has, of what decides whether it can be linked.
-- Reads judged (record) and vault.identities; makes lacking and complete, in memory.

create or replace table known as
select
    judged.record,
    count(coalesce(forename, surname)) = 0 as has_no_name,
    count(birth_date) = 0 as has_no_birth_date,
    count(surname) > 0 and count(birth_date) > 0 as is_complete,
    count(postcode) = 0 or coalesce(bool_or(has_no_fixed_abode), false) as has_no_abode,
    coalesce(bool_or(kind = 'alias' or previous_surname is not null), false)
        as has_alias,
from judged
left join vault.identities as identities
    on identities.record_id = judged.record::uuid
    and identities.is_live
group by judged.record;

create or replace table complete as
select record, 'surname and date of birth on both' as subgroup
from known
where is_complete;

create or replace table lacking as
select record, 'no name' as subgroup from known where has_no_name
union all
select record, 'no date of birth' from known where has_no_birth_date
union all
select record, 'no abode or postcode' from known where has_no_abode
union all
select record, 'has aliases' from known where has_alias;
