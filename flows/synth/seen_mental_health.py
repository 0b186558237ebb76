"""What Fernshire Mental Health Trust would export: MHSDS tables, without names."""

from __future__ import annotations

from flows.synth.words import say
from flows.synth.write import Export

# The national list has no code for "too complex": it is sent as inappropriate.

_REFERRAL = "'SR' || lpad((episode + 40001)::varchar, 8, '0')"
_SPELL = "'HS' || lpad((episode + 20001)::varchar, 8, '0')"
_PATIENTS = "seen where service = 'fernshire_mental_health'"
_REFERRED = """episodes join seen using (record)
    where episodes.service = 'fernshire_mental_health'"""
_TEAM = "'TEAM' || lpad((({} % 7) + 1)::varchar, 2, '0')"


def list_exports() -> list[Export]:
    """Return the ten files of the trust."""
    return [
        _patients(), _accommodation(), _indicators(), _referrals(), _contacts(),
        _detentions(), _spells(), _ward_stays(), _substances(),
        _scores(),
    ]  # fmt: skip


def _day(column: str) -> str:
    return f"strftime({column}, '%Y-%m-%d')"


def _export(kind: str, columns: dict[str, str], source: str, order: str) -> Export:
    return Export(
        "fernshire_mental_health", "mhsds_v6", kind, kind, columns, source, order
    )


def _patients() -> Export:
    return _export(
        "mhs001mpi",
        {
            "LocalPatientID": "source_key",
            "NHSNumber": "nhs_number",
            "NHSNumberStatus": "case when nhs_number is null then '07' else '01' end",
            "PersonBirthDate": _day("birth_date"),
            "Postcode": "postcode",
            "Gender": "case when sex_unknown then 'X' when sex_other then '3' "
            "when seen_male then '1' else '2' end",
            "EthnicCategory": "case when u10 < 0.03 then '99' else ethnicity end",
            "PersDeathDate": f"case when u11 < 0.9 then {_day('death_date')} end",
        },
        _PATIENTS,
        "number",
    )


def _accommodation() -> Export:
    kind = """case when not in_homelessness then if(u1 < 0.08, 'MA01', 'MA03')
        when u1 < 0.2 then 'HM01' when u1 < 0.35 then 'HM03' when u1 < 0.5 then 'HM04'
        when u1 < 0.7 then 'HM05' else 'MA03' end"""
    source = f"""(
        select source_key, number, referral, u2, {kind} as kind, remix(u3, 6) as fault
        from {_REFERRED} and u2 < 0.8
        qualify row_number() over (
            partition by number, referral order by episode) = 1)"""
    return _export(
        "mhs003accommstatus",
        {
            "LocalPatientID": "source_key",
            "AccommodationTypeDate": f"spoil(fault, {_day('referral')}, '2025-02-31')",
            "AccommodationType": "kind",
            "SettledAccommodationInd": "if(u2 < 0.05, 'Z', "
            "if(kind[1] = 'H', 'N', 'Y'))",
        },
        source,
        "number, referral",
    )


def _indicators() -> Export:
    return _export(
        "mhs005patind",
        {
            "LocalPatientID": "source_key",
            "OffenceHistory": "case when in_offending and u10 < 0.5 "
            "then 'Y' when u10 < 0.9 then 'N' end",
            "ExBAFIndicator": "case when u11 < 0.04 then '02' else '05' end",
        },
        _PATIENTS,
        "number",
    )


def _referrals() -> Export:
    return _export(
        "mhs101referral",
        {
            "ServiceRequestID": _REFERRAL,
            "LocalPatientID": "source_key",
            "CareProfTeamLocalID": _TEAM.format("lead"),
            "ReferralRequestReceivedDate": _day("referral"),
            "SourceOfReferralMH": say("source", "mhsds_sources", "M6"),
            "ClinRespPriorityType": "case when inpatient > 1 then '1' when u1 < 0.12 "
            "then '2' else '3' end",
            "PrimReasonReferralMH": "lpad((1 + (u2 * 17)::int)::varchar, 2, '0')",
            "ServDischDate": _day(
                'coalesce("end", case when refused then decided end)'
            ),
            "ReferRejectionDate": f"case when refused then {_day('decided')} end",
            "ReferRejectReason": say("reason", "mhsds_rejections"),
            "ReferClosReason": say("ending", "mhsds_endings"),
        },
        _REFERRED,
        "episode",
    )


def _contacts() -> Export:
    return _export(
        "mhs201carecontact",
        {
            "CareContactID": "'CC' || lpad(contact::varchar, 9, '0')",
            "ServiceRequestID": _REFERRAL,
            "OtherCareProfTeamLocalID": _TEAM.format("worker"),
            "CareContDate": f"spoil(fault, {_day('day')}, '2025-02-31')",
            "ConsMechanismMH": "case when u < 0.7 then '01' when u < 0.85 then '02' "
            "else '11' end",
            "PlaceOfSafetyInd": "case when inpatient = 3 and visit = 0 "
            "and u1 < 0.6 then 'Y' else 'N' end",
            "AttendStatus": "case when attended then case when u < 0.9 then '5' "
            "else '6' end when u < 0.25 then '2' when u < 0.35 then '4' else '3' end",
        },
        "contacts join episodes using (episode) where service = "
        "'fernshire_mental_health'",
        "contact",
    )


def _detentions() -> Export:
    lasted = '(coalesce("end", (from today)) - start)'
    return _export(
        "mhs401mhactperiod",
        {
            "MHActLegalStatusClassPeriodID": "'MA' || lpad((episode + 10001)::varchar, "
            "8, '0')",
            "LocalPatientID": "source_key",
            "StartDateMHActLegalStatusClass": _day("start"),
            "EndDateMHActLegalStatusClass": _day('"end"'),
            # Section 136 ends within a day or so, section 2 after 28 days.
            "LegalStatusCode": f"case when {lasted} > 28 then '03' when {lasted} <= 1 "
            "and u1 > 0.5 then '20' when u1 < 0.7 then '02' else '03' end",
        },
        f"{_REFERRED} and inpatient = 3",
        "episode",
    )


def _spells() -> Export:
    return _export(
        "mhs501hospprovspell",
        {
            "HospProvSpellID": _SPELL,
            "ServiceRequestID": _REFERRAL,
            "StartDateHospProvSpell": _day("start"),
            "DischDateHospProvSpell": _day('"end"'),
            "MethAdmMHHospProvSpell": "case when inpatient = 1 then '11' when u2 < 0.6 "
            "then '21' when u2 < 0.85 then '2A' else '28' end",
            "DestOfDischHospProvSpell": 'case when "end" is null then null when '
            "ending = 'died' then '79' when in_homelessness and u3 < 0.4 "
            "then '29' when u3 > 0.96 then '38' else '19' end",
        },
        f"{_REFERRED} and inpatient > 0 and start is not null",
        "episode",
    )


def _ward_stays() -> Export:
    return _export(
        "mhs502wardstay",
        {
            "WardStayID": _SPELL.replace("HS", "WS"),
            "HospProvSpellID": _SPELL,
            "StartDateWardStay": _day("start"),
            "EndDateWardStay": _day('"end"'),
        },
        f"{_REFERRED} and inpatient > 0 and start is not null",
        "episode",
    )


def _substances() -> Export:
    """One observation, or two, on the wards of people who use substances."""
    source = f"""(
        select episode, start + day::int as seen_on from {
        _REFERRED.replace(
            "using (record)", "using (record) cross join range(1, 3) as days (day)"
        )
    } and inpatient > 0 and in_drugs and u4 < 0.6 / day
        and start + day::int <= coalesce("end", start))"""
    return _export(
        "mhs513substancemisuse",
        {
            "WardStayID": _SPELL.replace("HS", "WS"),
            "SubstanceMisuse": _day("seen_on"),
        },
        source,
        "episode, seen_on",
    )


def _scores() -> Export:
    """The depression questionnaire that everybody fills in who is seen off the ward."""
    return _export(
        "mhs606codedscoreassessmentrefer",
        {
            "ServiceRequestID": _REFERRAL,
            "CodedAssToolType": "'720433000'",
            "AssToolCompTimestamp": _day("start"),
            "PersScore": "(6 + (u4 * 21)::int)::varchar",
        },
        f"{_REFERRED} and inpatient = 0 and start is not null",
        "episode",
    )
