"""Onboarding: a sample becomes a provider file that runs only once a person has agreed."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
import xlsxwriter
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.checks import list_checks
from flows.contracts import SECTORS, load_contract
from flows.errors import ExportRefused, MappingError, SettingsError
from flows.layouts import list_layouts, load_layout
from flows.mappings import find_mappings, load_providers
from flows.onboarding.names import Names, normalise
from flows.onboarding.onboard import Onboarded, onboard
from flows.onboarding.yaml_file import Reasoned, write_yaml

DAYS = [f"{n % 28 + 1:02}/{n % 12 + 1:02}/2026" for n in range(60)]
EARLY_DAYS = [f"{n % 12 + 1:02}/{n % 11 + 1:02}/2026" for n in range(60)]
KEYS = [f"ZQ{n:04}" for n in range(60)]
NAMES = [f"Zorbleplant{'abcdefgh'[n % 8]}" for n in range(60)]
NOTES = [
    f"Plantednote: was seen again at the usual place, {n} times" for n in range(60)
]


def nhs_number(seed: int) -> str:
    digits = [int(d) for d in f"{900000000 + seed * 7919}"]
    check = (11 - sum((10 - n) * d for n, d in enumerate(digits)) % 11) % 11
    return nhs_number(seed + 1) if check == 10 else "".join(map(str, [*digits, check]))


def table(**columns: list[str]) -> str:
    return rows_of(list(columns), zip(*columns.values(), strict=True))


def rows_of(headings: list[str], rows, delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def new(tmp_path):
    """Onboard a sample into a folder of providers of its own."""

    def _new(content: str | bytes, file="sample.csv", sector="drugs", **options):
        path = tmp_path / file
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
        options.setdefault("name", "zorble")
        return onboard(path, sector, tmp_path / "providers", **options)

    return _new


def doubts(result: Onboarded, column: str) -> list[str]:
    return [d.question for d in result.provider.doubts if d.column == column]


def mapped(result: Onboarded, kind: str) -> dict[str, str]:
    columns = result.provider.own_files[kind].columns
    return {heading: targets[0].to for heading, targets in columns.items()}


def settle(result: Onboarded) -> None:
    """Do as a person does who has agreed with everything that was proposed."""
    content = yaml.safe_load(result.path.read_text())
    content["doubts"] = []
    content["agreement"]["ends"] = "2099-01-01"
    result.path.write_text("# Settled.\n" + yaml.safe_dump(content))


EVERY_FILE = [
    pytest.param(layout, kind, id=f"{layout}-{kind}")
    for layout in list_layouts()
    for kind in load_layout(layout).files
]


@pytest.mark.parametrize(("layout", "kind"), EVERY_FILE)
def test_every_shipped_layout_is_known_by_its_own_headings(new, layout, kind):
    file = load_layout(layout).files[kind]
    result = new(rows_of(file.headers, []), sector=load_layout(layout).sector)

    (proposal,) = result.proposals
    names = {proposal.layout, *proposal.match.versions}
    assert proposal.match.is_exact
    assert layout in names
    assert not result.provider.own_files
    assert {d.file for d in result.provider.doubts} == {""}


@pytest.mark.parametrize("heading", ["Comment", "Comments"])
def test_a_column_of_which_only_that_something_is_written_is_read_stays_that(
    new, heading
):
    file = load_layout("feedback").files["feedback"]
    headings = [heading if name == "Comment" else name for name in file.headers]
    cells = {"Feedback ID": KEYS, "Client ID": KEYS, "Date": DAYS, heading: NOTES}
    rows = zip(*(cells.get(name, [""] * 60) for name in headings), strict=True)

    result = new(rows_of(headings, rows), sector="partnership")

    asked = " ".join(doubts(result, heading))
    assert "do not look like" not in asked
    assert "value map" not in asked
    renamed = {"to": "has_own_words", "values": "presence"}
    assert result.provider.columns == (
        {} if heading == "Comment" else {"feedback": {"Comments": renamed}}
    )
    assert "planted" not in result.path.read_text().lower()


HEADER = load_layout("homelessness_cases").files["placements"].headers


def test_renamed_and_absent_columns_of_a_layout_are_listed_and_doubted(new):
    renamed = {"Start Date": "Date Started", "Property Address": "Colour of door"}
    headings = [renamed.get(name, name) for name in HEADER]
    text = rows_of(headings, [["" for _ in headings]])

    result = new(text, "zorble_placements_2026-06-30.csv", "homelessness")

    provider = result.provider
    assert provider.layouts == ("homelessness_cases",)
    assert provider.not_collected == {"placements": ("Start Date", "Property Address")}
    assert provider.columns == {"placements": {"Date Started": "start_date"}}
    assert provider.ignored == {"placements": ("Colour of door",)}
    for column in ("Start Date", "Property Address", "Date Started", "Colour of door"):
        assert doubts(result, column)


def test_a_layout_that_lacks_its_row_key_is_not_used(new):
    headings = [name for name in HEADER if name != "Placement ID"]
    text = rows_of(headings, [["" for _ in headings]])

    result = new(text, "zorble_placements.csv", "homelessness")

    assert not result.provider.layouts
    assert result.provider.own_files


def test_a_file_of_another_sector_is_said_to_be_so(new):
    with pytest.raises(MappingError, match="of sector homelessness, not of drugs"):
        new(rows_of(HEADER, []), sector="drugs")


def test_exact_names_with_the_right_shapes_leave_no_doubt_about_columns(new):
    text = table(**{
        "Client Ref": KEYS, "D.O.B.": DAYS, "first-name": NAMES, "SURNAME": NAMES,
        "NHS No": [nhs_number(n) for n in range(60)], "Date of Referral": DAYS,
        "Exit date": DAYS, "Gender": ["M", "f", "Male"] * 20,
    })  # fmt: skip

    result = new(text)

    assert mapped(result, "referrals") == {
        "Client Ref": "record_id", "D.O.B.": "birth_date", "first-name": "forename",
        "SURNAME": "surname", "NHS No": "nhs_number", "Exit date": "exit_date",
        "Date of Referral": "referral_date", "Gender": "sex_type",
    }  # fmt: skip
    assert result.provider.own_dates == ("%d/%m/%Y",)
    assert result.provider.own_files["referrals"].row_key == (
        "Client Ref",
        "Date of Referral",
    )
    assert {d.file for d in result.provider.doubts} == {""}


BASE = {"Client Ref": KEYS, "Referral date": DAYS, "Exit date": DAYS}


@pytest.mark.parametrize(
    ("column", "values", "question"),
    [
        ("Refferal Sorce", ["self"] * 60, "Is this referral_source_type"),
        ("DOB", NAMES, "do not look like birth_date"),
        ("NHS number", [f"{n:010}" for n in range(60)], "do not look like nhs_number"),
        ("Surname", NOTES, "do not look like surname"),
        ("Postcode", [f"{n}" for n in range(60)], "do not look like postcode"),
        ("Triage date", EARLY_DAYS[:59] + ["13/05/26"], "written in several ways"),
        ("Triage date", DAYS[:50] + ["05/31/2026"] * 10, "fit only %m/%d/%Y"),
        ("Exit reason", ["died", "zorbled"] * 30, "no value map of exit_type knows"),
        ("Gender", ["zorb", "quim"] * 30, "no value map of sex_type knows"),
        ("Reg no", [nhs_number(n) for n in range(60)], "is this nhs_number"),
        ("Widget", ["dropped_out", "moved_away", "died"] * 20, "is this exit_type"),
        ("Widget", ["blue", "green"] * 30, "What is this"),
        ("Widget", [""] * 60, "What is this"),
        ("Date deleted", [""] * 60, "rows that were deleted"),
        ("Client Number", KEYS, "could be record_id"),
    ],
)
def test_what_is_not_certain_about_a_column_is_a_doubt(new, column, values, question):
    result = new(table(**BASE | {column: values}))

    assert any(question in found for found in doubts(result, column))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (NOTES, "free text: 100% long with spaces"),
        ([f"zorb{n}@planted.example" for n in range(60)], "e-mail address: 100%"),
        ([f"07700 900{n:03}" for n in range(60)], "telephone number: 100%"),
    ],
)
def test_free_text_and_addresses_of_people_are_ignored_with_the_reason(
    new, values, reason
):
    result = new(table(**BASE | {"Widget": values}))

    assert result.proposals[0].ignored["Widget"] == reason
    assert f"- Widget  # {reason}" in result.path.read_text()


def test_days_and_months_that_could_be_swapped_are_a_doubt_unless_a_column_tells(new):
    columns = {"Client Ref": KEYS, "Referral date": EARLY_DAYS, "Exit date": EARLY_DAYS}
    doubtful = new(table(**columns), name="doubtful")
    told = new(table(**columns | {"Triage date": DAYS}), name="told")

    assert any("could as well be" in q for q in doubts(doubtful, "Referral date"))
    assert doubts(told, "Referral date") == []


def test_columns_that_write_dates_in_rival_ways_are_a_doubt_of_the_whole_file(new):
    months_first = [f"{d[3:5]}/{d[:2]}/{d[6:]}" for d in DAYS]
    result = new(table(**BASE | {"Triage date": months_first}))

    assert any("rival ways" in question for question in doubts(result, ""))


def test_what_the_contract_needs_and_no_column_has_is_a_doubt(new):
    result = new(table(**{"Referral date": DAYS, "Triage date": DAYS, "Exit": DAYS}))

    assert any("needs record_id" in question for question in doubts(result, ""))


def test_two_columns_make_the_key_where_one_does_not_and_that_is_a_doubt(new):
    columns = {"Surname": NAMES, "Referral date": DAYS[:6] * 10}
    columns |= {
        "Row": [str(n % 6) for n in range(60)],
        "Part": [str(n // 6) for n in range(60)],
    }
    result = new(table(**columns))

    key = result.provider.own_files["referrals"].row_key
    assert len(key) == 2
    assert any("one of its own" in question for question in doubts(result, ""))


def test_no_value_of_a_row_is_in_the_file_or_in_what_is_said_of_it(new):
    columns = BASE | {
        "Forename": NAMES, "Note": NOTES, "Widget": [f"Plantedword{n}" for n in range(60)],
        "Exit reason": ["Plantedreason"] * 60, "Mail": ["who@planted.example"] * 60,
        "NHS": [nhs_number(n) for n in range(60)], "Postcode": ["QX1 9ZZ"] * 60,
    }  # fmt: skip
    result = new(table(**columns))

    said = result.path.read_text() + repr(result.provider)
    said += "".join(repr(p.ignored) + p.sample.how for p in result.proposals)
    values = {value for column in columns.values() for value in column}
    assert not [value for value in values if value.lower() in said.lower()]
    assert "planted" not in said.lower()


@pytest.mark.parametrize(
    "first",
    [
        [KEYS[0], NAMES[0], nhs_number(0)],
        [KEYS[0], NAMES[0], "31/12/1980"],
        ["Client ID", "planted@planted.example", "x"],
        ["Zorbleplant", "Quimby", "Plantedtown"],
    ],
)
def test_a_file_without_headings_is_refused_and_its_first_row_not_repeated(new, first):
    rows = [[KEYS[n], NAMES[n], nhs_number(n)] for n in range(1, 20)]
    for options in ({}, {"header_row": 1}):
        if options and first[0] == "Zorbleplant":
            continue  # whoever says that this is the line of headings is believed
        with pytest.raises(ExportRefused) as refused:
            new(rows_of(first, rows), **options)
        assert refused.value.rule == "no_headings"
        assert not [
            cell for cell in first if len(cell) > 3 and cell in str(refused.value)
        ]


def test_a_first_row_that_recurs_in_its_columns_is_no_line_of_headings(new):
    rows = [["sex", "area", "M"], ["F", "area", "F"], ["sex", "area", "M"]]

    with pytest.raises(ExportRefused, match="looks like a row"):
        new(rows_of(["sex", "area", "M"], rows))


HOSTILE = [
    'id" from t; drop table sample; --',
    "=cmd|' /C calc'!A0",
    "- doubts: []",
    "key: {a: b} # c",
    "[bold red]markup[/]",
    "\u202egnp.exe",
    "Bearbeitungsschlüssel \U0001f600",
    "*anchor &alias !!python/object",
    "'); attach 'x' as y",
    "{{ jinja }}",
    "null",
]


def test_hostile_headings_come_out_as_they_are_and_do_nothing(new):
    columns = BASE | {heading: ["blue", "green"] * 30 for heading in HOSTILE}
    result = new(table(**columns))

    assert set(result.provider.own_files["referrals"].ignored) == set(HOSTILE)
    assert len(result.path.read_text().splitlines()) < 400
    settle(result)
    assert load_providers(result.path.parents[1])["zorble"].doubts == ()


@pytest.mark.parametrize(
    ("headings", "rule", "words"),
    [
        (["Client ID", "Sex", "sex "], "wrong_header", "columns 3 have the heading of"),
        (["Client ID", "", "Sex"], "wrong_header", "columns 2 have no heading"),
        (["Client ID", "z" * 300, "Sex"], "wrong_header", "more than 200 characters"),
        (
            ["Client ID", *(f"c{n}" for n in range(2_000))],
            "wrong_header",
            "2,001 columns",
        ),
        (
            ["Client ID", *(f"c{n}" for n in range(10_000))],
            "wrong_header",
            "than 10,000",
        ),
        (["Client\nID", "Sex", "DOB"], "no_headings", "None of the first"),
        (["ref"], "no_delimiter", "Neither comma"),
    ],
)
def test_headings_that_cannot_be_named_are_refused_in_words(new, headings, rule, words):
    with pytest.raises(ExportRefused, match=words) as refused:
        new(rows_of(headings, [["1" for _ in headings]]), header_row=1)

    assert refused.value.rule == rule
    assert "zzz" not in str(refused.value)


def test_a_row_with_a_word_that_is_a_heading_elsewhere_is_not_taken_for_headings(new):
    headings = [f"Spalte{letter}" for letter in "abcdefg"]
    row = ["Worker", *["Plantedword"] * 6]

    with pytest.raises(ExportRefused, match="--header-row") as refused:
        new(rows_of(headings, [row] * 9))

    assert "Planted" not in str(refused.value)
    assert set(
        new(rows_of(headings, [row] * 9), header_row=1).proposals[0].ignored
    ) == set(headings)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_the_one_most_lines_agree_on_and_is_said(new, delimiter):
    rows = [[k, d, "a, b, c"] for k, d in zip(KEYS, DAYS, strict=True)]
    result = new(
        rows_of(["Client Ref", "Referral date", "Case notes"], rows, delimiter)
    )

    assert "of the first 61 lines have 3 fields" in result.proposals[0].sample.how


def test_headings_below_a_title_are_found(new):
    text = "Zorble Services,,\nPrinted in June,,\n" + table(**BASE)

    result = new(text)

    assert result.provider.own_files["referrals"].header_row == 3


def workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return out.getvalue()


def test_a_workbook_with_sheets_named_after_people_does_not_name_them(new):
    rows = [["Client Ref", "Referral date", "Exit date"], ["Z1", "31/05/2026", ""]]
    content = workbook({"Plantedname": rows, "Other": rows})

    with pytest.raises(ExportRefused, match="has 2 sheets") as refused:
        new(content, "book.xlsx")
    result = new(content, "book.xlsx", sheet="other")

    assert "Plantedname" not in str(refused.value)
    assert result.provider.own_files["referrals"].sheet == "Other"


def test_a_zip_gives_one_kind_of_file_each_and_names_them_apart(new):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("north 2026-06-30.csv", table(**BASE))
        archive.writestr("south 2026-06-30.csv", table(**BASE))
        clients = load_layout("drug_service_client_export").files["clients"].headers
        archive.writestr("z_clients_2026-06-30.csv", rows_of(clients, []))
        archive.writestr("read me.pdf", "x")

    result = new(out.getvalue(), "sample.zip")

    assert result.unread == ("read me.pdf",)
    assert result.provider.layouts == ("drug_service_client_export",)
    assert sorted(result.provider.own_files) == ["own_referrals", "referrals"]
    assert {d.file for d in result.provider.doubts} <= {
        "",
        "referrals",
        "own_referrals",
    }


@pytest.mark.parametrize(
    ("path", "content", "rule"),
    [
        ("sample.pdf", "x", "unknown_kind"),
        ("sample.csv", " \n", "empty_file"),
        # Text under another name is a file of the wrong name, not a damaged one.
        ("sample.xlsx", "no workbook", "unknown_kind"),
        ("sample.xlsx", b"PK\x03\x04 cut short", "unreadable_workbook"),
        ("sample.zip", "no zip", "unreadable_archive"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_written(
    new, tmp_path, path, content, rule
):
    with pytest.raises(ExportRefused) as refused:
        new(content, path)

    assert refused.value.rule == rule
    assert not (tmp_path / "providers").exists()


def test_a_provider_file_that_is_there_is_not_written_over(new):
    first = new(table(**BASE))
    before = first.path.read_bytes()

    with pytest.raises(SettingsError, match="is there"):
        new(table(**BASE))
    with pytest.raises(MappingError, match="cannot be a provider's name"):
        new(table(**BASE), name="../zorble")
    with pytest.raises(MappingError, match="No contract for sector"):
        new(table(**BASE), sector="weather", name="other")

    assert first.path.read_bytes() == before


def test_a_provider_with_open_doubts_is_loaded_and_none_of_its_files_is_read(new):
    result = new(table(**BASE), "zorble 2026-06-30.csv")
    provider = load_providers(result.path.parents[1])["zorble"]

    with pytest.raises(MappingError) as refused:
        find_mappings(provider, "zorble 2026-06-30.csv")

    assert "drugs/zorble.yml has" in str(refused.value)
    for doubt in provider.doubts:
        assert doubt.words in str(refused.value)


def test_once_settled_the_file_is_read_as_its_own_layout(new):
    result = new(table(**BASE), "zorble 2026-06-30.csv")
    settle(result)
    provider = load_providers(result.path.parents[1])["zorble"]

    mapping = find_mappings(provider, "zorble 2026-07-31.csv")[0]

    assert (mapping.layout, mapping.file_kind) == ("own", "referrals")
    assert mapping.dates == ("%d/%m/%Y",)


def test_a_mapping_has_the_same_meaning_whatever_else_the_provider_file_says(new):
    result = new(table(**BASE), "zorble 2026-06-30.csv")
    settle(result)
    before = load_providers(result.path.parents[1])["zorble"]
    content = yaml.safe_load(result.path.read_text())
    other = content["own_files"]["referrals"] | {"match": ["other*.csv"]}
    content["own_files"]["other"] = other
    result.path.write_text("# Changed.\n" + yaml.safe_dump(content))
    after = load_providers(result.path.parents[1])["zorble"]
    content["own_files"]["referrals"]["columns"]["Exit date"] = "triage_date"
    result.path.write_text("# Changed.\n" + yaml.safe_dump(content))
    changed = load_providers(result.path.parents[1])["zorble"]

    prints = [
        find_mappings(provider, "zorble 2026-06-30.csv")[0].fingerprint
        for provider in (before, after, changed)
    ]
    assert prints[0] == prints[1] != prints[2]


def test_the_check_catalogue_has_no_rule_for_files_of_a_providers_own():
    assert list_checks("own") == {}


def test_doubts_deleted_without_filling_what_is_needed_are_refused_when_loaded(new):
    result = new(table(**{"Client Ref": KEYS, "Exit date": DAYS, "Triage date": DAYS}))
    settle(result)

    with pytest.raises(MappingError, match="unmapped"):
        load_providers(result.path.parents[1])


def test_own_files_may_not_be_called_like_files_of_a_layout_that_is_sent(new):
    result = new(table(**BASE))
    content = yaml.safe_load(result.path.read_text())
    content |= {"layouts": ["drug_service_client_export"], "doubts": []}
    content["own_files"]["clients"] = content["own_files"].pop("referrals")
    result.path.write_text("# Changed.\n" + yaml.safe_dump(content))

    with pytest.raises(MappingError, match="called like files of layout"):
        load_providers(result.path.parents[1])


@pytest.mark.parametrize("sector", SECTORS)
def test_every_field_of_every_contract_is_found_by_its_own_name(sector):
    names = Names(sector)

    for dataset in load_contract(sector).datasets.values():
        for field, column in dataset.columns.items():
            if not column.derived_from:
                assert field in {c.field for c in names.find(field)}


@pytest.mark.parametrize(
    ("one", "other"),
    [("D.O.B.", "dob"), ("NHS No.", "nhs_no"), ("Date of Birth", "DateOfBirth")],
)
def test_spellings_of_one_heading_are_the_same(one, other):
    assert normalise(one) == normalise(other)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
@example("\u0142" * 200)
@settings(max_examples=200, deadline=None)
def test_a_written_file_reads_back_as_its_content(text):
    content = {"a": [Reasoned(text, "why")], "b": {text: {"to": text}, "c": [text]}}

    written = write_yaml("Title.", content)

    assert yaml.safe_load(written) == {
        "a": [text],
        "b": {text: {"to": text}, "c": [text]},
    }
    # No text makes a line of its own; a key that is long once escaped has a mark.
    assert len(written.splitlines()) == 6 + written.count("\n  ? ")


def test_only_headings_come_from_a_sample_that_is_more_than_its_first_rows(
    new, monkeypatch
):
    monkeypatch.setattr("flows.onboarding.sample.MOST_ROWS", 10)
    result = new(table(**BASE))

    assert result.proposals[0].sample.rows.num_rows == 10
    assert result.proposals[0].sample.total == 60


def test_the_file_says_what_it_is(new):
    assert new(table(**BASE)).path.read_text().startswith("# Zorble: proposed from")
