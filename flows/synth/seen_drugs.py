"""What Millbrook Recovery and Tern Alcohol Service would export."""

from __future__ import annotations

from flows.synth.words import say
from flows.synth.write import Export

_AGENCIES = {"millbrook_recovery": "QXA01", "tern_alcohol_service": "QXA02"}
UNHEARD = 0.02
"""Share of clients who do not consent to a return about them."""
CONSENTS = f"u11 >= {UNHEARD}"
"""Whether a client lets the national return say more than that they exist."""
PROFILE_AFTER = 7
"""Days from the start to the first outcomes profile, if the stay lasts as long."""
FIRST_PROFILE = f'least(start + {PROFILE_AFTER}, coalesce("end", start))'
"""The day of the outcomes profile taken at the start."""
_COACH = "'Coach ' || lpad(({} + 1)::varchar, 3, '0')"


def list_exports() -> list[Export]:
    """Return the files of both drug and alcohol services."""
    return [
        _clients(),
        _appointments(),
        _core_data_set("millbrook_recovery", "k"),
        _core_data_set("tern_alcohol_service", "h"),
    ]


def _day(column: str) -> str:
    return f"strftime({column}, '%d/%m/%Y')"


def _exit(planned: str, drug_free: str, refused: str, unfit: str, others: str) -> str:
    """Return SQL for why a person left, in words or in codes."""
    return f"""case when refused then case when reason = 'too_complex' then '{unfit}'
            else '{refused}' end
        when ending = 'completed' and u1 < 0.4 then '{drug_free}'
        when ending = 'completed' then '{planned}'
        when ending = 'other' and u1 < 0.3 then null
        when ending is not null then {others} end"""


def _clients() -> Export:
    return Export(
        "millbrook_recovery", "drug_service_client_export", "clients", "clients",
        {
            "Client ID": "source_key",
            "Forename": "forename",
            "Surname": "surname",
            "Date of Birth": f"coalesce({_day('birth_date')}, "
            "case when u10 < 0.3 then '00/00/0000' end)",
            "Catchment area": "'Fernshire'",
            "Local Authority": "'Fernshire'",
            "Recovery coach": f"if(start is not null, {_COACH.format('lead')}, null)",
            "Initial contact": _day("referral - (u2 * 5)::int"),
            "Initial referral": f"spoil(u5, {_day('referral')}, '31/02/2025')",
            "Exit": _day('coalesce("end", case when refused then decided end)'),
            "Referral Agency Type": say("source", "drug_service_sources", "Other"),
            "Date first appointment offered": _day("coalesce(start, decided)"),
            "Triage Date": _day("decided"),
            "Allocation Date": _day("start"),
            "Last Appointment Date": _day("last_seen.day"),
            "Exit Reason": _exit(
                "Treatment completed", "Treatment completed drug free",
                "Inappropriate referral", "No appropriate treatment available",
                say("ending", "drug_service_endings", "Not known"),
            ),
            "Sex": "if(sex_unknown, null, if(seen_male, '1', '2'))",
            "Post Code": "postcode",
            "Ethnicity": "ethnicity",
            "Consent": f"if({CONSENTS}, 'Y', 'N')",
        },
        "episodes join seen using (record) left join (select episode, max(day) as day "
        "from contacts where attended group by episode) as last_seen using (episode) "
        "where episodes.service = 'millbrook_recovery'",
        "number, referral, episode",
        blank="N/A",
        encoding="cp1252",
    )  # fmt: skip


def _appointments() -> Export:
    return Export(
        "millbrook_recovery", "drug_service_client_export", "appointments",
        "appointments",
        {
            "Client ID": "source_key",
            "Appointment ID": "'A' || contact",
            "Recovery coach": _COACH.format("worker"),
            "Date": f"spoil(fault, {_day('day')}, '31/02/2025')",
            "Time": "lpad((9 + (u * 8)::int)::varchar, 2, '0') || ':30'",
            "Attended": "case when attended then 'Yes' when u < 0.3 then 'Cancelled' "
            "when u < 0.6 then 'DNA' else 'No' end",
        },
        "contacts join episodes using (episode) join seen using (record) "
        "where episodes.service = 'millbrook_recovery'",
        "contact",
        blank="N/A",
    )  # fmt: skip


def _core_data_set(provider: str, version: str) -> Export:
    """Describe an NDTMS return: rows of client, episode, modality and profile."""
    columns = {
        **_identify(),
        "AGNCY": f"'{_AGENCIES[provider]}'",
        **_describe_episode(),
        **_describe_modality(),
        **_describe_outcome(),
    }
    shared = ("CLIENTID", "CONSENT", "AGNCY")
    consented = {
        name: sql if name in shared else f"case when {CONSENTS} then {sql} end"
        for name, sql in columns.items()
    }
    # A client who does not consent has one row, whatever the number of episodes.
    source = f"""(
        select *, least(line, modalities) as modality, least(line, tops) as top
        from (
            select *, unnest(range(1, 1 + greatest(1, modalities, tops)))::int as line
            from (
                select episodes.*, seen.* exclude (record, person, service), today,
                    case when start is null then 0 when u3 < 0.4 then 2 else 1 end
                        as modalities,
                    case when start is null then 0
                        when coalesce("end", today) - start < 84 then 1
                        when ending = 'completed' then 3 else 2 end as tops
                from episodes join seen using (record) cross join today
                where episodes.service = '{provider}'
            )
        )
        qualify {CONSENTS} or row_number() over (partition by number
            order by episode, line) = 1)"""
    return Export(
        provider, f"ndtms_cds_{version}", "core_data_set", f"cds-{version}", consented,
        source, "number, episode, line", blank="NA", quoted=True,
    )  # fmt: skip


def _identify() -> dict[str, str]:
    return {
        "FINITIAL": "upper(forename[1])",
        "SINITIAL": "upper(surname[1])",
        "DOB": _day("birth_date"),
        "SEX": "case when sex_unknown then '0' when seen_male then '1' else '2' end",
        "ETHNIC": "ethnicity",
        "NATION": "'GBR'",
        "CLIENTID": "source_key",
        "CONSENT": f"if({CONSENTS}, 'Y', 'N')",
        # The return carries the postcode's sector alone.
        "PC": "case when postcode[:2] = 'ZZ' then 'ZZ99 3' else "
        "upper(postcode[:3]) || ' ' || replace(postcode, ' ', '')[4] end",
    }


def _describe_episode() -> dict[str, str]:
    homeless = "in_homelessness"
    return {
        "REFLD": f"spoil(remix(u5, line), {_day('referral')}, '31/02/2025')",
        "EPISODID": "(episode + 700001)::varchar",
        "ACCMNEED": f"case when {homeless} and u2 < 0.5 then '1' when {homeless} and "
        "u2 < 0.85 then '2' when u2 < 0.08 then '2' else '3' end",
        "LA": "'00QX'",
        "DAT": "'QX01B'",
        "DRUG1": "substance::varchar",
        "DRUG2": "second_substance::varchar",
        "DRUG3": "'9997'",
        "RFLS": say("source", "ndtms_sources", "15"),
        "TRIAGED": _day("decided"),
        "INJSTAT": "case when substance = 1011 then case when u4 < 0.35 then 'C' "
        "when u4 < 0.7 then 'P' else 'N' end when u4 > 0.97 then 'Z' else 'N' end",
        "DUALDIAG": "case when in_mental_health and u0 < 0.7 or u0 > 0.96 "
        "then 'Y' else 'N' end",
        "HEPCTD": "'99'",
        "TOPCC": "'N'",
        "DISD": _day('coalesce("end", case when refused then decided end)'),
        "DISRSN": _exit("2", "1", "13", "4", say("ending", "ndtms_endings", "11")),
    }


def _describe_modality() -> dict[str, str]:
    given = "case when modality > 0 then {} end"
    first = "case when substance = 1011 then '94' else '95' end"
    start = "start + (modality - 1) * 14"
    columns = {
        "MODAL": f"case when modality = 1 then {first} else '96' end",
        "REFMODDT": _day("decided"),
        "MODID": "(episode * 10 + modality + 7000000)::varchar",
        "FAOMODDT": _day("start - (u1 * 4)::int"),
        "MODST": f'case when {start} <= coalesce("end", today) then {_day(start)} end',
        "MODEND": _day('"end"'),
        "MODEXIT": say("ending", "modality_endings", "C"),
    }
    return {name: given.format(sql) for name, sql in columns.items()}


def _describe_outcome() -> dict[str, str]:
    """Days used fall, and scores rise, with each profile."""
    better = "(1 - 0.28 * (top - 1))"

    def days(key: int, heavy: str) -> str:
        draw = f"remix(u0, {key} + top)"
        used = f"if({heavy}, 8 + 20 * {draw}, 28 * greatest({draw} - 0.75, 0))"
        return f"({used} * {better})::int::varchar"

    def score(key: int) -> str:
        return f"(3 + 10 * remix(u2, {key}) + 2.2 * (top - 1))::int::varchar"

    homeless = "in_homelessness"
    day = (
        'case when top = 3 then "end" when top = 2 then start + 84 else '
        f"{FIRST_PROFILE} end"
    )
    columns = {
        "TOPDATE": _day(day),
        "TOPID": "(episode * 10 + top + 9000000)::varchar",
        "TRSTAGE": "['S', 'R', 'E'][top]",
        "ALCUSE": days(1, "substance = 7000 or second_substance = 7000"),
        "OPIUSE": days(2, "substance = 1011"),
        "CRAUSE": days(3, "substance = 3201 or second_substance = 3201"),
        "SHOTHEFT": days(4, "in_offending and u1 < 0.3"),
        "ASSAULT": "case when remix(u3, top) < 0.05 then 'Y' else 'N' end",
        "PSYHSTAT": score(5),
        "PHSTAT": score(6),
        "QUALLIFE": score(7),
        "PWORK": "case when u4 < 0.8 then '0' else (u4 * 20)::int::varchar end",
        "ACUTHPBM": f"case when {homeless} and u2 < 0.6 then 'Y' else 'N' end",
        "HRISK": f"case when {homeless} and u2 < 0.8 then 'Y' else 'N' end",
    }
    return {name: f"case when top > 0 then {sql} end" for name, sql in columns.items()}
