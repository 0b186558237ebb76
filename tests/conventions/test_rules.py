"""Every rule that the code can name has words, and the page of rules is current."""

from __future__ import annotations

import ast
import re

import pytest
from typer.testing import CliRunner

from flows.checks import load_catalogues
from flows.cli import app
from flows.paths import PROJECT
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

PLACE_OF_RULE = {"ExportRefused": 0, "Hold": 0, "_fault_sql": 2, "Fault": 2}
"""Call -> which of its arguments is the id of a rule."""

SEVERITIES = {"quarantine", "warning"}


def constant(node: ast.expr | None) -> str | None:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else None


def rules_named(text: str) -> set[str]:
    """The rule ids that a module names where a fault, refusal or hold is made."""
    found = set(re.findall(r"'rule': '([a-z_]+)'", text))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = PLACE_OF_RULE.get(name, len(node.args))
            found.add(constant(node.args[place]) if place < len(node.args) else None)
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3:
            if constant(node.elts[2]) in SEVERITIES:
                found.add(constant(node.elts[1]))
        elif (
            isinstance(node, ast.Assign)
            and getattr(node.targets[0], "id", "") == "rule"
        ):
            found.add(constant(node.value))
    return {rule for rule in found if rule}


def test_the_search_for_rules_sees_each_way_of_naming_one():
    code = """
rule = "assigned"
raise ExportRefused("refused", "words")
hold = Hold("held", "words")
found = [Fault(1, "", "faulty", "warning"), ("sql", "typed", "quarantine")]
_fault_sql("sql", "heading", "required", "quarantine")
sql = "{'column': '', 'rule': 'in_sql'}"
"""
    assert rules_named(code) == {
        "assigned", "refused", "held", "faulty", "typed", "required", "in_sql",
    }  # fmt: skip


def test_every_rule_named_in_the_code_is_in_a_list():
    named = {
        (path.relative_to(PROJECT).as_posix(), rule)
        for path in sorted((PROJECT / "flows").rglob("*.py"))
        for rule in rules_named(path.read_text())
    }

    assert len(named) > 30
    assert not {(path, rule) for path, rule in named if not is_known(rule)}


def test_every_refusal_in_the_list_is_one_the_code_can_make():
    named: set[str] = set()
    for path in (PROJECT / "flows").rglob("*.py"):
        named |= rules_named(path.read_text())

    assert set(REFUSALS) <= named
    assert set(RULES) <= named


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
