"""The table of known defects, row by row: an invented export that has each, and what
we make of it.

A test names the row it proves by how the row begins; the last test here compares the
rows with the published table. Rows left out are told; people are never left out for
what is not known of them.
"""

from __future__ import annotations

from collections import Counter

import pytest

from flows.checks import CHECKS
from flows.checks_coverage import read_coverage
from flows.layouts import list_layouts, load_layout
from flows.link import link
from tests.conftest import SAMPLES, Road
from tests.faulty_exports import FAULTS, Row, Sender, fault, name_file, write_rows
from tests.linkage_records import NOW, read_people, spell_id, standard_rows

FORMATS = SAMPLES.parent / "FORMATS.md"
Z = {"Sex": "F", "Ethnicity": "White British", "Application Date": "01/02/2026"}
PROBATION = {"SOFT_DELETED": "0", "GENDER_ID": "F", "ETHNICITY_ID": "W1"}


@pytest.fixture
def road(place, keys) -> Road:
    """A place with no provider but the invented ones."""
    return Road(place, keys, {})


def case(number: int, **more: object) -> Row:
    who = {"Case Reference": f"C{number}", "Applicant ID": f"A{number}"}
    return who | Z | {name.replace("_", " "): value for name, value in more.items()}


def standard(sender: Sender, *columns: str) -> list[tuple]:
    """The people a provider sent, as they are compared by linkage."""
    fields = [
        "record_id", "forename", "surname", "birth_date", "cro_number", "postcode",
    ]  # fmt: skip
    found = sender.identities(*fields)
    names = ["record", *fields[1:]]
    rows = [dict(zip(names, row, strict=True)) for row in found]
    connection = standard_rows([{k: v for k, v in r.items() if v} for r in rows])
    order = {spell_id(row["record"]): n for n, row in enumerate(rows)}
    listed = connection.execute(
        f"select record_id::varchar, {', '.join(columns)} "
        "from standard join records using (n)"
    ).fetchall()
    return [row[1:] for row in sorted(listed, key=lambda row: order[row[0]])]


@fault("Pseudo-postcodes")
def test_pseudo_postcodes_are_no_address_and_one_of_them_means_no_fixed_abode(road):
    council = Sender(road, "homelessness_cases")
    written = [
        "ZZ99 3VZ", "ZZ99 3WZ", "ZZ99 3CZ", "ZZ99 3GZ", "ZZ99 1WZ", "ZZ99 2WZ",
        "QX1  2AB", "QX12 2AB", "zz993vz ",
    ]  # fmt: skip

    result = council.send(
        "cases",
        *(case(n, Last_Settled_Postcode=code) for n, code in enumerate(written)),
    )

    assert council.identities("postcode", "has_no_fixed_abode") == [
        (None, True), *[(None, None)] * 5,
        ("QX1 2AB", False), ("QX12 2AB", False), (None, True),
    ]  # fmt: skip
    assert result.landed == 9
    assert result.remarks["placeholder"] == 5


@fault("NF1 1NF")
def test_probations_own_stand_ins_for_an_address_are_none(road):
    probation = Sender(road, "ndelius_extract")
    written = [
        "NF1 1NF", "NF1 1FA", "nf11nf", "invalid postcode", "TEST", "test", "qx12ab",
        "QX1 2AB",
    ]  # fmt: skip
    rows = [
        {"OFFENDER_ADDRESS_ID": n, "OFFENDER_ID": n, "POSTCODE": code,
         "ADDRESS_TYPE_CODE": "A02", "NO_FIXED_ABODE": "N", "SOFT_DELETED": "0",
         "START_DATE": "01-FEB-26"}
        for n, code in enumerate(written)
    ]  # fmt: skip

    result = probation.send("offender_address", *rows)

    assert probation.identities("postcode", "has_no_fixed_abode") == [
        *[(None, True)] * 3, *[(None, None)] * 3, *[("QX1 2AB", False)] * 2,
    ]  # fmt: skip
    assert (result.landed, result.remarks["placeholder"]) == (8, 3)


def prison(number: int, root: int | None = None, **more: object) -> Row:
    return {
        "OFFENDER_ID": number, "ROOT_OFFENDER_ID": root or number,
        "ALIAS_NAME_TYPE": "CN", "FIRST_NAME": f"BRINDLE{number}",
        "LAST_NAME": "QUIBBET", "BIRTH_DATE": "1980-03-04", "SEX_CODE": "M",
        "RACE_CODE": "W1", **more,
    }  # fmt: skip


@fault("DOB 1900-01-01")
def test_birth_dates_that_systems_fill_in_are_none_and_the_person_stays(road):
    jail, probation = (
        Sender(road, "nomis_extract"),
        Sender(road, "ndelius_extract", name="probation"),
    )
    days = ["1970-01-01", "1900-01-01", "1970-01-02"]

    result = jail.send(
        "offenders", *(prison(n + 1, BIRTH_DATE=day) for n, day in enumerate(days))
    )
    other = probation.send(
        "offender",
        PROBATION | {"OFFENDER_ID": 1, "DATE_OF_BIRTH_DATE": "01-JAN-1900"},
        PROBATION | {"OFFENDER_ID": 2, "DATE_OF_BIRTH_DATE": "01-JAN-70"},
    )

    assert jail.identities("birth_date") == [None, None, "1970-01-02"]
    assert probation.identities("birth_date") == [None, None]
    assert (result.landed, other.landed) == (3, 2)
    assert (result.remarks["placeholder"], other.remarks["placeholder"]) == (2, 2)


@fault("Names: MIG_ERROR_")
def test_marks_that_systems_put_into_names_are_gone_before_names_are_compared(road):
    probation = Sender(road, "ndelius_extract")
    people = [
        ("MIG_ERROR_Zora", "Quibbet"), ("NO_SHOW_ Zora", "DUPLICATE_Quibbet"),
        ("NOT ENTERED", "Quibbet"), ("Zora NOT ENTERED", "Quibbet"),
        ("Quibbet", "Zora"), ("Zora", "Mc Quibbet"), ("Zora", "McQuibbet"),
        ("Zora", "Lee-Quibbet"),
    ]  # fmt: skip
    rows = [
        PROBATION
        | {"OFFENDER_ID": n, "FIRST_NAME": forename, "SURNAME": surname,
           "DATE_OF_BIRTH_DATE": "04-MAR-80", "CRO_NUMBER": "000000/00Z"}
        for n, (forename, surname) in enumerate(people)
    ]  # fmt: skip

    result = probation.send("offender", *rows)

    found = standard(probation, "forename", "surname", "name_keys")
    assert [row[:2] for row in found] == [
        ("zora", "quibbet"), ("zora", "quibbet"), (None, "quibbet"),
        ("zora", "quibbet"), ("quibbet", "zora"), ("zora", "mcquibbet"),
        ("zora", "mcquibbet"), ("zora", "leequibbet"),
    ]  # fmt: skip
    # The two names swapped, and one half of a double name, are still found together.
    assert set(found[0][2]) & set(found[4][2])
    assert set(found[0][2]) & set(found[7][2])
    assert probation.identities("cro_number") == [None] * 8
    assert result.landed == 8
    assert result.remarks["ndelius_name_mark"] > 0


@fault("Aliases as separate rows")
def test_aliases_are_names_of_one_record_and_a_merged_id_is_nobodys_number(road):
    jail = Sender(road, "nomis_extract")
    names = [
        prison(1),
        prison(2, 1, ALIAS_NAME_TYPE="A", BIRTH_DATE="1981-04-03"),
        prison(3, 1, ALIAS_NAME_TYPE="MAID", LAST_NAME="DWINDOP", BIRTH_DATE=""),
        prison(4, RACE_CODE="MERGE"),
    ]
    merged = {
        "OFFENDER_ID": 1, "OFFENDER_ID_SEQ": 1, "ROOT_OFFENDER_ID": 1,
        "IDENTIFIER_TYPE": "MERGED", "IDENTIFIER": "A1234AA",
    }  # fmt: skip

    results = jail.send_all(offenders=names, offender_identifiers=[merged])

    found = jail.identities("kind", "birth_date", "record_id", "noms_number")
    records = {row[2] for row in found}
    assert [row[:2] for row in found] == [
        ("main", None), ("main", "1980-03-04"), ("alias", "1981-04-03"),
        ("alias", None), ("main", "1980-03-04"),
    ]  # fmt: skip
    assert len(records) == 2
    assert {row[3] for row in found} == {None}
    assert jail.facts("people", "ethnicity_type") == [
        *["white"] * 3, "not_stated",
    ]  # fmt: skip
    assert results["offenders"].remarks["nomis_alias_other_birth_date"] == 1
    assert results["offenders"].remarks["nomis_ethnicity_to_confirm"] == 1
    assert results["offender_identifiers"].remarks["nomis_person_was_merged"] == 1


@fault("Prison person id unreliable")
def test_a_prison_number_of_two_people_and_a_person_of_two_roots_are_told(road):
    jail = Sender(road, "nomis_extract")
    stranger = {
        "FIRST_NAME": "OTTOLINA", "LAST_NAME": "SPROCKET", "BIRTH_DATE": "1966-07-08",
    }  # fmt: skip

    result = jail.send(
        "offenders",
        prison(1, OFFENDER_ID_DISPLAY="Z0001ZZ"),
        prison(2, **stranger, OFFENDER_ID_DISPLAY="Z0001ZZ"),
        prison(3, FIRST_NAME="BRINDLE1"),
        prison(4, OFFENDER_ID_DISPLAY="Z0002ZZ"),
        prison(5, 4, OFFENDER_ID_DISPLAY="Z0003ZZ", ALIAS_NAME_TYPE="A"),
    )

    assert result.landed == 5
    assert result.remarks["nomis_noms_number_two_people"] == 2
    assert result.remarks["nomis_person_two_roots"] == 2
    assert result.remarks["nomis_person_two_noms_numbers"] == 2
    link(road.place, road.keys, "run-1", NOW)
    people, records = read_people(road.place), jail.identities("record_id")
    assert people[records[0]] != people[records[1]]
    assert records[3] == records[4]


@fault("One national id shared")
def test_seven_people_under_one_national_id_stay_seven_people(road):
    council = Sender(road, "homelessness_cases")
    people = [
        case(n, Forename=forename, Surname=surname, NHS_Number="999 000 0018",
             Date_of_Birth=f"{n + 3:02}/{n + 1:02}/{1960 + 4 * n}")
        for n, (forename, surname) in enumerate(
            [("Zora", "Quibbet"), ("Bramblewick", "Ottershaw"), ("Ferro", "Gribbet"),
             ("Ottolina", "Sprocket"), ("Wim", "Dwindop"), ("Perpetua", "Fizzard"),
             ("Quill", "Testwick")]
        )
    ]  # fmt: skip

    result = council.send("cases", *people)
    linked = link(road.place, road.keys, "run-1", NOW)

    assert council.identities("nhs_number") == ["9990000018"] * 7
    assert result.remarks["case_nhs_number_two_applicants"] == 7
    assert (linked.records, linked.persons) == (7, 7)


def drugs_row(number: int, **more: object) -> Row:
    return {
        "FINITIAL": "Z", "SINITIAL": "Q", "DOB": "04/03/1980", "SEX": "1",
        "CLIENTID": f"K{number}", "EPISODID": f"E{number}", "REFLD": "01/02/2026",
        "TRIAGED": "02/02/2026",
        "CONSENT": "Y", "AGNCY": "QXA09", "DRUG1": "1011", **more,
    }  # fmt: skip


@fault("NDTMS: literal")
def test_what_drug_systems_write_for_nothing_is_nothing(road):
    service = Sender(road, "ndtms_cds_h", unset="NA", name="service")
    named = {"FINITIAL": "Q", "SINITIAL": "T", "DOB": "05/05/1985", "PC": "QX1 2"}
    rows = [
        drugs_row(1, DRUG2="9996", DRUG3="9997", DISD="NA"),
        drugs_row(2, DRUG2="7000", DRUG3="9997", AGNCY="N0852"),
        # Consent refused, yet the system let who it is slip through.
        drugs_row(3, CONSENT="N", **named),
        drugs_row(4, DRUG1="Herion"),
        drugs_row(5, HEPCTD="99", TOPCC="N"),
        {"CLIENTID": "K6", "CONSENT": "N", "AGNCY": "QXA09"},
    ]

    result = service.send("core_data_set", *rows)

    assert service.facts("episodes", "main_substance_code", "second_substance_code") == [
        ("1011", None), ("1011", "7000"), ("Herion", None),
        ("1011", None),
    ]  # fmt: skip
    assert service.facts("episodes", "discharge_date") == [None] * 4
    known = service.identities("forename_initial", "birth_date", "postcode")
    assert known == [*[("Z", "1980-03-04", None)] * 4, (None, None, None)]
    assert len(service.facts("clients", "record_id")) == 5
    assert (result.landed, dict(result.rules)) == (5, {"ndtms_no_consent_yet_data": 1})
    assert result.remarks["ndtms_drug_not_a_code"] == 1
    # 99, N and the agency that one system fills in whatever is true.
    assert result.remarks["placeholder"] == 3


@fault("NDTMS: literal")
def test_a_return_whose_answers_are_all_the_same_default_is_told(road):
    service = Sender(road, "ndtms_cds_k", unset="NA", name="service")
    same = {"HEPCTD": "98", "TOPCC": "X", "TITREAT": "2", "MODID": "1",
            "MODAL": "95"}  # fmt: skip

    result = service.send("core_data_set", *(drugs_row(n, **same) for n in range(6)))
    agencies = [("Y", "QXA09"), ("Y", "QXA09"), ("N", "QXA08")]
    later = service.send(
        "core_data_set",
        *(
            drugs_row(n, CONSENT=consent, AGNCY=agency)
            for n, (consent, agency) in enumerate(agencies)
        ),
        day="2026-07-31",
    )

    assert result.landed == 6
    assert result.remarks["ndtms_intervention_id_repeated"] == 6
    assert later.remarks["ndtms_agency_hard_coded"] == 1


@fault("'0000-00-00' dates")
def test_what_one_services_own_system_writes_for_nothing_is_nothing(road):
    service = Sender(road, "drug_service_client_export")
    row = {
        "Client ID": "K1", "Initial referral": "01/02/2026", "Sex": "1",
        "Date of Birth": "0000-00-00", "Exit": "0000-00-00", "Exit Reason": "N/A",
        "Post Code": "N/A", "Ethnicity": "A", "Surname": "Quibbet",
    }  # fmt: skip

    result = service.send("clients", row, row | {"Client ID": "K2", "Sex": "2"})

    assert service.facts("referrals", "exit_date", "exit_type") == [(None, None)] * 2
    assert service.identities("sex_type", "birth_date", "postcode") == [
        ("male", None, None), ("female", None, None),
    ]  # fmt: skip
    assert result.landed == 2
    assert result.remarks["placeholder"] == 4


@fault("'0000-00-00' dates")
def test_a_comma_behind_the_last_value_costs_its_row_alone_and_is_told(road):
    service = Sender(road, "drug_service_client_export")
    file = service.layout.files["appointments"]
    row = {"Client ID": "K1", "Date": "01/02/2026", "Attended": "yes"}
    lines = write_rows(
        file, tuple(row | {"Appointment ID": f"P{n}"} for n in range(3))
    ).splitlines()
    lines[2] += ","
    service.drop_as(name_file(file), "\n".join(lines))

    (result,) = road.run()

    assert (result.landed, result.quarantined) == (2, 1)
    assert result.rules == {"field_count": 1}


@fault("TOP: 86% complete")
def test_a_crime_section_left_blank_or_filled_in_by_habit_is_told(road):
    service = Sender(road, "ndtms_cds_h", unset="NA", name="service")
    top = {"TOPDATE": "03/02/2026", "TRSTAGE": "S", "ALCUSE": "4", "ASSAULT": "N"}  # fmt: skip

    blank = service.send(
        "core_data_set", drugs_row(1, **top | {"TOPID": "T1", "ASSAULT": "NA"})
    )
    habit = service.send(
        "core_data_set",
        *(drugs_row(n, TOPID=f"T{n}", SHOTHEFT="0", **top) for n in range(8)),
        day="2026-07-31",
    )

    assert (blank.landed, habit.landed) == (1, 8)
    assert blank.remarks["ndtms_crime_section_blank"] == 1
    assert habit.remarks["ndtms_crime_never_reported"] == 1
    assert service.facts("outcomes", "shoplifting_days")[0] is None


@fault("nDelius dates")
def test_short_years_deleted_rows_and_retired_address_types(road):
    probation = Sender(road, "ndelius_extract")
    person = PROBATION | {"FIRST_NAME": "Zora", "SURNAME": "Quibbet"}
    people = [
        person | {"OFFENDER_ID": 1, "DATE_OF_BIRTH_DATE": "05-MAR-41"},
        person | {"OFFENDER_ID": 2, "DATE_OF_BIRTH_DATE": "05-MAR-09"},
        person | {"OFFENDER_ID": 3, "DATE_OF_BIRTH_DATE": "x", "SOFT_DELETED": "1"},
    ]
    addresses = [
        {"OFFENDER_ADDRESS_ID": n, "OFFENDER_ID": 1, "ADDRESS_TYPE_CODE": code,
         "START_DATE": "01-FEB-26", "SOFT_DELETED": "0", "NO_FIXED_ABODE": "Y"}
        for n, code in enumerate(["A05", "A08B", "A96", "A99", "A08A"])
    ]  # fmt: skip

    results = probation.send_all(offender=people, offender_address=addresses)

    born = probation.identities("birth_date", "is_live")
    assert ("1941-03-05", True) in born
    assert ("2009-03-05", True) in born
    # Of a row its source deleted nothing is kept but that it was deleted.
    assert len(probation.facts("people", "record_id")) == 2
    assert results["offender"].quarantined == 0
    assert len(probation.facts("addresses", "address_code")) == 5
    assert results["offender_address"].remarks["ndelius_address_type_retired"] == 4


def crs_row(number: int, **more: object) -> Row:
    return {
        "referral_id": f"R{number}", "referral_ref": f"QX{number:04}ZZ",
        "service_user_crn": f"X10000{number}",
        "date_referral_received": "2026-01-05T14:49:01+01:00", **more,
    }  # fmt: skip


@fault("Sentinel 3000-01-01")
def test_not_yet_available_is_null_in_both_versions_and_fractions_are_kept(road):
    first = Sender(road, "crs_refer_and_monitor")
    later = Sender(road, "crs_refer_and_monitor_later", name="later")
    one = first.send(
        "referrals",
        crs_row(1, outcomes_achieved="5.5", concluded_at="3000-01-01",
                outcomes_to_be_achieved_count="6"),
    )  # fmt: skip
    two = later.send(
        "referrals",
        crs_row(2, outcomes_progress="5.5", outcomes_to_be_achieved_count="6",
                intervention_concluded_at="3000-01-01T00:00:00+00:00",
                count_of_sessions_expected="9000"),
    )  # fmt: skip

    columns = ("outcomes_achieved", "concluded_date", "sessions_expected_count")
    found = first.facts("rehabilitation_referrals", *columns)
    assert [(float(done), *rest) for done, *rest in found] == [(5.5, None, None)] * 2
    assert (one.landed, two.landed) == (1, 1)
    assert one.remarks["placeholder"] == 1
    assert two.remarks["crs_outcomes_odd_fraction"] == 0


@fault("Sentinel 3000-01-01")
def test_renamed_columns_are_told_as_the_version_they_are(road):
    service = Sender(road, "crs_refer_and_monitor")
    newer = load_layout("crs_refer_and_monitor_later").files["referrals"]
    service.drop_as(name_file(newer), write_rows(newer, (crs_row(1),)))

    (result,) = road.run()

    with road.vault() as vault:
        told = vault.execute("select layout, told_by from vault.exports").fetchall()
    assert (result.state, result.landed) == ("landed", 1)
    assert told == [
        ("crs_refer_and_monitor_later", "told by its headings, of 2 versions")
    ]


@fault("MOVEMENT_DATE and MOVEMENT_TIME")
def test_movements_that_contradict_themselves_land_by_their_date_with_a_remark(road):
    jail = Sender(road, "nomis_extract")
    moves = [
        (1, "2019-10-02", "2019-10-01 17:00:00"), (2, "2019-09-01", ""),
        (3, "2019-10-03", "2019-10-03 09:00:00"),
    ]  # fmt: skip

    result = jail.send(
        "offender_external_movements",
        *({"OFFENDER_BOOK_ID": "-1", "MOVEMENT_SEQ": n, "MOVEMENT_DATE": day,
           "MOVEMENT_TIME": time, "MOVEMENT_TYPE": "TRN", "DIRECTION_CODE": "IN"}
          for n, day, time in moves),
    )  # fmt: skip

    assert jail.facts("movements", "movement_date") == [day for _, day, _ in moves]
    assert result.landed == 3
    assert result.remarks["nomis_movement_date_and_time_differ"] == 1
    assert result.remarks["nomis_movements_out_of_order"] == 1


def client(number: int, **more: object) -> Row:
    return {
        "PersonalID": f"P{number}", "FirstName": "Zoë", "LastName": "Quibbet",
        "DateUpdated": "2016-05-18 05:33:00", "Sex": "1", "ExportID": "X1", **more,
    }  # fmt: skip


@fault("HMIS: 08-MAY-67")
def test_hmis_dates_of_every_hand_are_read_where_they_can_mean_one_day(road):
    shelter = Sender(road, "hmis_fy2026", name="shelter")
    days = {
        "08-MAY-67": "1967-05-08", "17-JUN-20": "2020-06-17", "7/14/16": "2016-07-14",
        "9-10-2015 21:39:00": "2015-09-10", "1984-01-08": "1984-01-08",
    }  # fmt: skip

    result = shelter.send(
        "client",
        *(client(n, DOB=day, SSN="888888") for n, day in enumerate(days)),
        client(9, DateUpdated="9-10-2015 21:39:00", LastName='"Q""uib" "bet"'),
    )

    assert shelter.identities("birth_date")[:5] == list(days.values())
    assert shelter.identities("surname")[5] == '"Q""uib" "bet"'
    assert shelter.identities("social_security_number") == [None] * 6
    assert (result.landed, result.remarks["placeholder"]) == (6, 5)


@fault("HMIS: 08-MAY-67")
def test_hmis_short_rows_and_keys_given_twice_cost_themselves_alone(road):
    shelter = Sender(road, "hmis_fy2026", name="shelter")
    file = shelter.layout.files["client"]
    text = write_rows(file, (client(1), client(2), client(2), client(3)))
    lines = text.splitlines()
    lines[1] = lines[1].rsplit(",", 2)[0]
    shelter.drop_as("Client.csv", "\n".join(lines))

    (result,) = road.run()

    assert (result.rows_in, result.landed, result.quarantined) == (4, 2, 2)
    assert result.rules == {"field_count": 1, "duplicate_key": 1}


@fault("HMIS: 08-MAY-67")
@pytest.mark.parametrize(
    ("encoding", "declared", "line_end"),
    [
        ("utf-8", None, "\n"), ("utf-8-sig", None, "\r\n"), ("utf-16", None, "\r\n"),
        ("cp1252", None, "\r\n"), ("mac_roman", "mac_roman", "\r"),
    ],
)  # fmt: skip
def test_hmis_in_five_encodings_gives_one_person(road, encoding, declared, line_end):
    shelter = Sender(road, "hmis_fy2026", name="shelter", encoding=declared)
    text = write_rows(shelter.layout.files["client"], (client(1),))
    shelter.drop_as("Client.csv", text.replace("\n", line_end).encode(encoding))

    (result,) = road.run()

    assert (result.state, result.landed) == ("landed", 1)
    assert shelter.identities("forename", "surname") == [("Zoë", "Quibbet")]


@fault("129 named checks")
def test_each_of_the_129_published_checks_is_done_or_has_a_reason():
    """``test_checks_coverage.py`` compares the numbers with the published ones."""
    answers = read_coverage(CHECKS / "hmis" / "eva_coverage.csv")
    status = Counter(answer.status for answer in answers)

    assert len({answer.id for answer in answers}) == 129
    assert status["done"] >= 120
    assert all(answer.by or answer.why for answer in answers)


@fault("129 named checks")
def test_the_checks_the_table_names_find_their_rows_in_one_delivery(road):
    shelter = Sender(road, "hmis_fy2026", name="shelter")
    stay = {"ProjectID": "J1", "HouseholdID": "H1", "RelationshipToHoH": "1",
            "ExportID": "X1"}  # fmt: skip
    days = ["2026-01-05", "2026-02-01", "2026-02-01", "2025-01-01"]
    stays = [
        stay
        | {"EnrollmentID": f"E{n}", "PersonalID": f"P{min(n, 2)}", "EntryDate": day}
        for n, day in enumerate(days)
    ]
    ends = [
        {"ExitID": f"X{n}", "EnrollmentID": f"E{n}", "PersonalID": "P1",
         "ExitDate": day, "Destination": "435"}
        for n, day in ((0, "2026-01-04"), (1, "2031-01-01"))
    ]  # fmt: skip
    people = [
        client(0, DOB="1910-01-01"), client(1, LastName="<Quibbet>"),
        client(2, ExportID="X2"), client(2),
    ]  # fmt: skip

    results = shelter.send_all(
        client=people, enrollment=stays, exit=ends, export=[{"ExportID": "X1"}]
    )

    assert results["client"].rules == {"duplicate_key": 1}
    assert results["client"].remarks["hmis_name_with_forbidden_mark"] == 1
    assert results["client"].remarks["hmis_client_of_another_export"] == 1
    assert results["exit"].remarks["hmis_exit_before_entry"] == 1
    assert results["exit"].remarks["hmis_exit_in_future"] == 1
    assert results["enrollment"].remarks["hmis_entry_older_than_a_hundred"] == 1
    assert results["enrollment"].landed == 4


@fault("Excel-mangled")
def test_a_mangled_date_of_birth_is_no_date_and_the_person_stays(road):
    council = Sender(road, "homelessness_cases")
    written = {
        "3/23/81 20:13": None, "1990-02-XX": None, "1990": None,
        "4/3/81 0:00": "1981-03-04", "29649": "1981-03-04",
    }  # fmt: skip

    result = council.send(
        "cases", *(case(n, Date_of_Birth=text) for n, text in enumerate(written))
    )

    assert council.identities("birth_date") == list(written.values())
    assert (result.landed, result.quarantined) == (5, 0)
    rules = ("not_a_date", "partial_date", "date_format", "excel_serial")
    assert [result.remarks[rule] for rule in rules] == [1, 2, 1, 1]


@fault("Excel-mangled")
def test_a_mangled_date_of_an_event_keeps_its_row_out(road):
    council = Sender(road, "homelessness_cases")
    days = ["3/23/26 20:13", "2026-02-XX", "46054"]

    result = council.send(
        "cases", *(case(n) | {"Application Date": day} for n, day in enumerate(days))
    )

    assert council.facts("cases", "application_date") == ["2026-02-01"]
    assert result.rules == {"not_a_date": 2}


@fault("Case duplication")
def test_a_case_that_a_new_system_created_again_is_told_and_kept(road):
    council = Sender(road, "homelessness_cases")

    council.send("cases", case(1))
    result = council.send(
        "cases",
        case(1),
        case(1) | {"Case Reference": "MIG-1"},
        case(2),
        day="2026-07-31",
    )

    assert (result.landed, result.unchanged, result.withdrawn) == (2, 1, 0)
    assert result.remarks["case_created_again"] == 2
    assert len(set(council.identities("record_id"))) == 2


@fault("Late and partial returns")
def test_a_late_return_lands_its_own_quarter_and_takes_back_nothing(road):
    council = Sender(road, "homelessness_cases", exports="period", cadence="quarterly")
    spring = [case(n) | {"Application Date": f"0{n + 1}/04/2026"} for n in range(3)]
    winter = [case(9), case(8)]

    council.send("cases", *spring, day="2026-06-30")
    late = council.send("cases", *winter, day="2026-03-31")
    assert (late.landed, late.withdrawn) == (2, 0)
    with road.vault() as vault:
        live = vault.execute(
            "select row_key from vault.rows where is_live order by 1"
        ).fetchall()
    assert [key for (key,) in live] == ["C0", "C1", "C2", "C8", "C9"]


@fault("Late and partial returns")
def test_half_a_return_is_held_before_it_withdraws_the_other_half(road):
    council = Sender(road, "homelessness_cases")
    council.send("cases", *(case(n) for n in range(40)))

    partial = council.send("cases", *(case(n) for n in range(20)), day="2026-07-31")
    older = council.send("cases", case(99), day="2026-05-31")

    assert (partial.state, partial.rules) == ("held", {"many_withdrawn": 1})
    assert (older.state, older.rules) == ("held", {"older_than_last": 1})
    assert len(council.facts("cases", "case_id")) == 40


@fault("Retired codes still in files")
def test_retired_decisions_are_read_as_they_were_or_told(road):
    scotland = Sender(road, "hl1", exports="delta", cadence="quarterly")
    row = {"LACODE": "100", "APPDATE": "01022026", "GENDER1": "1"}

    result = scotland.send(
        "applications",
        *(row | {"APPREF": f"R{n}", "ASSESS": n} for n in (1, 3, 6, 8)),
    )
    later = scotland.send("applications", row | {"APPREF": "R1"}, day="2026-07-31")

    assert scotland.facts("cases", "decision_type")[:4] == [
        "main_duty", "no_priority_need", "no_priority_need", None,
    ]  # fmt: skip
    assert (result.landed, result.remarks["unknown_code"]) == (4, 1)
    # A batch holds the cases that completed a stage: the others are not gone.
    assert later.withdrawn == 0


@fault("997/999 in numeric fields")
def test_due_but_not_completed_and_not_collected_are_no_scores(road):
    """No layout reads the Fulfilling Lives workbook; its assessments have layouts."""
    assessments = Sender(road, "ndt")

    result = assessments.send(
        "ndt",
        {"Client ID": "K1", "Assessment Date": "01/02/2026", "Total": "997"},
        {"Client ID": "K2", "Assessment Date": "01/02/2026", "Total": "999",
         "Housing": "999"},
        {"Client ID": "K3", "Assessment Date": "01/02/2026", "Total": "31"},
    )  # fmt: skip

    assert assessments.facts("ndt_assessments", "total_score") == [None, None, 31]
    assert (result.landed, result.quarantined) == (3, 0)
    assert not [name for name in list_layouts() if "fulfilling" in name]


@fault("997/999 in numeric fields")
def test_leavers_that_vanish_from_the_next_quarter_are_not_withdrawn(road):
    assessments = Sender(road, "ndt", exports="period", cadence="quarterly")
    row = {"Client ID": "K1", "Assessment Date": "01/02/2026", "Total": "31"}
    assessments.send("ndt", row, day="2026-03-31")

    # Consent was given: the quarter before is filled in after all.
    later = assessments.send(
        "ndt", row | {"Client ID": "K2", "Assessment Date": "01/05/2026"}
    )

    assert (later.landed, later.withdrawn) == (1, 0)


@fault("Under-recording by outreach")
def test_an_outreach_team_that_records_too_little_is_asked(road):
    team = Sender(road, "outreach_contacts", exports="delta", name="team")

    def night(number: int) -> Row:
        return {
            "Contact ID": f"N{number}", "Client ID": f"K{number}",
            "Contact Date": "2026-03-01", "Contact Type": "Bedded down",
            "Area": "QX1",
        }  # fmt: skip

    months = ["2026-03-31", "2026-04-30", "2026-05-31"]
    usual = [
        team.send("contacts", *(night(100 * m + n) for n in range(30)), day=day)
        for m, day in enumerate(months)
    ]
    silent = team.send("contacts", night(999), day="2026-06-30")

    assert [result.landed for result in usual] == [30, 30, 30]
    assert usual[2].remarks["outreach_nothing_recent"] == 1
    assert usual[0].remarks["outreach_most_on_first_of_month"] == 1
    assert (silent.state, silent.rules) == ("held", {"volume_outside_range": 1})


@fault("Link rate collapses")
def test_names_link_and_initials_alone_do_not_which_is_a_count_not_a_failure(road):
    known = {"Forename": "Zora", "Surname": "Quibbet", "Date_of_Birth": "04/03/1980"}
    for number, name in enumerate(("east", "west")):
        council = Sender(road, "homelessness_cases", name=name)
        council.send("cases", case(number, **known))
    service = Sender(road, "ndtms_cds_h", unset="NA", name="service")
    service.send("core_data_set", drugs_row(1, DOB="NA"), drugs_row(2, DOB="NA"))

    linked = link(road.place, road.keys, "run-1", NOW)

    assert (linked.records, linked.persons, linked.linked_people) == (4, 3, 1)


@fault("Retired code values by month")
def test_a_code_is_retired_from_its_month_on_and_not_before(road):
    trust = Sender(road, "mhsds_v5")
    contacts = [
        {"CareContactID": f"C{n}", "ServiceRequestID": f"S{n}", "CareContDate": day,
         "ConsMechanismMH": code}
        for n, (day, code) in enumerate(
            [("2021-09-30", "03"), ("2021-10-01", "03"), ("2021-10-01", "06"),
             ("2021-10-01", "11")])
    ]  # fmt: skip

    result = trust.send("mhs201carecontact", *contacts)

    assert result.landed == 4
    assert result.remarks["mhsds_mechanism_retired"] == 2


@fault("Whole history resubmitted")
def test_history_sent_again_is_free_closures_come_late_and_deletions_are_told(road):
    trust = Sender(road, "mhsds_v6")
    rows = [
        {"ServiceRequestID": f"S{n}", "LocalPatientID": f"L{n}",
         "ReferralRequestReceivedDate": "2026-01-05"}
        for n in range(12)
    ]  # fmt: skip
    closed = rows[0] | {"ServDischDate": "2026-02-01"}

    first = trust.send("mhs101referral", *rows)
    again = trust.send("mhs101referral", closed, *rows[1:11], day="2026-07-31")

    assert (first.landed, first.unchanged) == (12, 0)
    assert (again.landed, again.unchanged, again.withdrawn) == (1, 10, 1)
    with road.vault() as vault:
        gone = vault.execute(
            "select row_key from vault.rows where not is_live"
        ).fetchall()
    assert gone == [("S11",)]


@fault("Same LocalPatientID")
def test_one_local_id_of_two_trusts_is_two_records_and_no_number_is_no_bar(road):
    trusts = [Sender(road, "mhsds_v6", name=name) for name in ("alder", "birch")]
    row = {"LocalPatientID": "L1", "PersonBirthDate": "1980-03-04"}

    results = [trust.send("mhs001mpi", row) for trust in trusts]
    linked = link(road.place, road.keys, "run-1", NOW)

    records = [record for trust in trusts for record in trust.identities("record_id")]
    assert len(set(records)) == 2
    assert [result.landed for result in results] == [1, 1]
    assert results[0].remarks["mhsds_nhs_number_missing"] == 1
    assert linked.persons == 2


@fault("Same LocalPatientID")
def test_ethnicity_in_free_words_is_read_or_told_and_never_kept_as_written(road):
    council = Sender(road, "homelessness_cases")
    said = ["white british", "Black - Caribbean", "from Oldtown, mum is Quillish"]

    result = council.send(
        "cases", *(case(n) | {"Ethnicity": words} for n, words in enumerate(said))
    )

    assert council.facts("clients", "ethnicity_type") == ["white", "black", None]
    assert (result.landed, result.remarks["unknown_code"]) == (3, 1)


@pytest.mark.skipif(not FORMATS.exists(), reason="the shared pages are not at hand")
def test_every_row_of_the_published_table_has_a_test_here():
    text = FORMATS.read_text(encoding="utf-8")
    table = text.partition("| Defect | Evidence | Mark |")[2].partition("\n\n")[0]
    rows = [line[2:] for line in table.splitlines() if line.startswith("| ")]

    assert len(rows) == 25
    assert [next((f for f in FAULTS if r.startswith(f)), r) for r in rows] == [*FAULTS]
