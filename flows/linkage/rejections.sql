-- One row per record, field and reason why what its provider sent there is not used.
-- Reads live and said; makes new_rejections, in memory. The values stay in the vault.

create or replace table new_rejections as
with judged as (
    select
        live.n,
        live.forename_is_no_name as forename_placeholder,
        live.surname_is_no_name as surname_placeholder,
        live.is_born_too_early as birth_date_before_1905,
        live.is_born_later as birth_date_after_export,
        live.postcode is not null and live.place is null as postcode_no_place,
        live.nhs_number is not null and said.nhs_number is null as nhs_number_not_valid,
        live.pnc_number is not null and said.pnc_number is null as pnc_number_not_valid,
        live.cro_number is not null and said.cro_number is null as cro_number_not_valid,
        live.nino is not null and said.nino is null as nino_not_valid,
        live.noms_number is not null and said.noms_number is null
            as noms_number_not_valid,
        live.social_security_number is not null
            and said.social_security_number is null
            as social_security_number_not_valid,
        live.hashed_identifier is not null and said.hashed_identifier is null
            as hashed_identifier_not_valid,
    from live
    inner join said using (n, age)
)

select distinct n, reason
from judged
unpivot (is_rejected for reason in (* exclude (n)))
where is_rejected
order by n, reason;
