"""The README tells the truth: its commands exist, its stages are the stages."""

from __future__ import annotations

import re
import subprocess

from flows.paths import PROJECT
from flows.run import STAGES
from tests.conftest import COMMONGROUND

README = (PROJECT / "README.md").read_text()


def test_every_make_target_named_exists_and_help_lists_them_all():
    named = set(re.findall(r"\bmake ([a-z]+)\b", README))
    makefile = (PROJECT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))

    assert named <= targets
    wanted = "help setup check fix test demo run bench fuzz serve docs clean"
    assert targets == set(wanted.split())


def test_every_command_named_exists():
    named = set(re.findall(r"commonground ([a-z]+)\b", README)) - {"is"}
    listed = subprocess.run(
        [COMMONGROUND, "--help"], capture_output=True, text=True, check=True
    ).stdout

    assert named
    assert all(re.search(rf"│ {command} ", listed) for command in named)


def test_the_table_of_stages_is_the_stages_in_order_with_their_modules():
    rows = re.findall(
        r"^\| `?([a-z]+)`? \| `flows/([a-z]+)\.py` \|", README, re.MULTILINE
    )

    assert [stage for stage, _ in rows] == list(STAGES)
    assert all((PROJECT / "flows" / f"{module}.py").exists() for _, module in rows)


def test_every_path_named_exists():
    paths = re.findall(
        r"`((?:flows|dbt_project|expectations|tests)/[\w./<>-]+)`", README
    )

    assert paths
    for path in paths:
        if "<" not in path:
            assert (PROJECT / path).exists(), path
