"""Every rule that the code can name has words, and the page of rules is current."""

from __future__ import annotations

import ast
import datetime as dt
import re

import pytest
from typer.testing import CliRunner

from flows.checks import load_catalogues
from flows.cli import app
from flows.landing.hold_rules import HOLD_RULES
from flows.layouts import list_layouts, load_layout
from flows.mappings import list_mappings
from flows.paths import PROJECT
from flows.reading.fields import describe_fields, list_sources
from flows.reading.refusals import HOLDS, REFUSALS
from flows.reading.rules import RULES
from flows.rules import (
    _COMPLETENESS,
    _LEAVES_OUT,
    _PLAUSIBILITY,
    _REMARKS,
    find_rule,
    is_known,
    list_markdown,
    list_rules,
)
from tests.conftest import make_provider

PLACE_OF_RULE = {
    "ExportRefused": 0, "Hold": 0, "_BadLine": 0, "Fault": 2, "FaultCode": 2,
    "blame": 2, "remark_once": 3,
}  # fmt: skip
"""Call -> which of its arguments is the id of a rule."""

SEVERITIES = {"quarantine", "warning"}
WITHOUT_CHECKS = {
    "feedback": "a date, a score in a range and two flags: reading judges them all",
    "panel_findings": "one row per finding of a panel, with no other row beside it",
    "strengths": "a kind from a list and a date: reading judges both",
    "supporting_people_xml": "element names are assumed; a real one comes first",
}
"""Family of layouts -> why the catalogue has no rule for it."""

IN_SQL = re.compile(r"'([a-z_]+)', '(?:quarantine|warning)'")


def texts(node: ast.expr | None) -> set[str]:
    """The texts an expression may be; none where it is worked out otherwise."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return {node.value} if is_text else set()


def is_severity(node: ast.expr) -> bool:
    return getattr(node, "id", "") == "_WARNING" or bool(texts(node) & SEVERITIES)


def rules_of(node: ast.AST) -> set[str]:
    """The rule ids that one node of a module names, if it makes a fault or refusal."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        place = PLACE_OF_RULE.get(name, len(node.args))
        return texts(node.args[place]) if place < len(node.args) else set()
    if isinstance(node, ast.Tuple) and len(node.elts) == 3:
        return texts(node.elts[1]) if is_severity(node.elts[2]) else set()
    if isinstance(node, ast.comprehension) and isinstance(node.target, ast.Tuple):
        names = [getattr(name, "id", "") for name in node.target.elts]
        listed = getattr(node.iter, "elts", [])
        if "rule" in names:
            return set().union(*(texts(o.elts[names.index("rule")]) for o in listed))
    if isinstance(node, ast.Assign):
        is_rule = getattr(node.targets[0], "id", "").lower() == "rule"
        return texts(node.value) if is_rule else set()
    return set()


def rules_named(text: str) -> set[str]:
    """The rule ids that a module names where a fault, refusal or hold is made."""
    found = set(IN_SQL.findall(text))
    for node in ast.walk(ast.parse(text)):
        found |= rules_of(node)
    return found - {""}


def test_the_search_for_rules_sees_each_way_of_naming_one():
    code = """
rule = "assigned"
RULE = "constant"
raise ExportRefused("refused", "words")
hold = Hold("held", "words")
found = [Fault(1, "", "faulty", "warning"), ("sql", "typed", "quarantine")]
value = ("sql", "typed_too", _WARNING)
FaultCode("sql", "heading", "required", "quarantine")
blame(text, stand_in, "one" if others else "")
blame(text, stand_in, "two" if others else "three")
remark_once(opened, line, "", "remarked")
raise _BadLine("bad_line", "words")
listed = tuple((how, rule) for how, rule in ((1, "looped"), (2, "looped_too")))
sql = "select _line, heading, 'in_sql', 'quarantine', ''"
"""
    assert rules_named(code) == {
        "assigned", "constant", "refused", "held", "faulty", "typed", "typed_too",
        "required", "one", "two", "three", "remarked", "bad_line", "looped",
        "looped_too", "in_sql",
    }  # fmt: skip


def test_every_rule_named_in_the_code_is_in_a_list():
    named = {
        (path.relative_to(PROJECT).as_posix(), rule)
        for path in sorted((PROJECT / "flows").rglob("*.py"))
        for rule in rules_named(path.read_text())
    }

    assert len(named) > 30
    assert not {(path, rule) for path, rule in named if not is_known(rule)}


def test_every_rule_in_the_lists_is_one_the_code_can_make():
    named: set[str] = set()
    for path in (PROJECT / "flows").rglob("*.py"):
        named |= rules_named(path.read_text())

    assert set(REFUSALS) <= named
    assert set(RULES) <= named
    assert set(HOLDS) <= named
    assert set(HOLDS) == set(HOLD_RULES)


def test_what_is_said_to_happen_to_a_row_is_what_the_layouts_make_happen():
    severities: dict[str, set[str]] = {}
    for name in list_layouts():
        layout = load_layout(name)
        provider = make_provider("invented", layout.sector, name)
        for mapping in list_mappings(provider):
            sources = list_sources(mapping)
            for code in describe_fields(mapping, sources, dt.date(2026, 6, 30)).codes:
                severities.setdefault(code.rule, set()).add(code.severity)

    assert len(severities) > 15
    for rule, found in severities.items():
        effect = find_rule(rule).effect
        assert effect in (*SEVERITIES, "either", "dates"), rule
        # Where the contract decides, no shipped layout need have the stricter case.
        assert found <= ({effect} if effect in SEVERITIES else SEVERITIES), rule


def test_what_is_said_of_core_rules_is_said_of_rules_there_are():
    known = set(RULES) | set(REFUSALS) | set(HOLDS)

    assert known >= _LEAVES_OUT | _REMARKS | _COMPLETENESS | _PLAUSIBILITY
    assert not _LEAVES_OUT & _REMARKS


def test_every_rule_says_what_it_found_and_what_to_do_without_a_full_stop():
    for rule in list_rules():
        assert find_rule(rule.rule) is rule
        for words in (rule.means, rule.guidance):
            assert len(words) >= 10, rule.rule
            assert not words.endswith("."), rule.rule


def test_the_check_catalogue_is_for_layouts_there_are_and_leaves_none_out():
    families = {family for one in load_catalogues() for family in one.families}
    landing = {
        load_layout(name).family
        for name in list_layouts()
        if any(file.lands for file in load_layout(name).files.values())
    }

    assert families <= {load_layout(name).family for name in list_layouts()}
    assert landing - families == set(WITHOUT_CHECKS)
    assert not families & set(WITHOUT_CHECKS)


def test_a_layout_is_asked_the_rules_of_reading_and_those_of_its_own_family():
    asked = {rule.rule for rule in list_rules(["homelessness_cases"])}
    others = {rule.rule for rule in list_rules(["ndtms_cds_h"])}

    assert set(RULES) <= asked & others
    own = {
        name
        for catalogue in load_catalogues()
        if catalogue.families == ("homelessness_cases",)
        for name in catalogue.rules
    }
    assert own
    assert own <= asked
    assert not own & others


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ([], 0, "placement_without_case"),
        (["--layout", "homelessness_cases"], 0, "placement_without_case"),
        (["--provider", "fernshire_council"], 0, "placement_without_case"),
        (["--markdown"], 0, "| `placement_without_case` | remark |"),
        (["--layout", "no_such_layout"], 4, ""),
        (["--provider", "nobody"], 4, ""),
    ],
)
def test_the_command_lists_rules_or_says_what_is_wrong(options, code, words):
    shown = CliRunner().invoke(app, ["rules", *options])

    assert shown.exit_code == code
    assert words in shown.output


def test_the_page_of_rules_is_what_the_command_writes():
    page = (PROJECT / "flows/providers/RULES.md").read_text(encoding="utf-8")

    assert page == list_markdown(list_rules())
