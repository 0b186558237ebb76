"""The house rules as tests: what can be listed is covered, and nothing strays."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from flows.contracts import list_datasets, load_identity
from flows.errors import PipelineError
from flows.events import EVENTS
from flows.gating.suites import list_marts
from flows.layouts import list_layouts, load_layout
from flows.mappings import load_providers
from flows.paths import PROJECT
from flows.reading.rules import RULES

PYTHON = sorted((PROJECT / "flows").rglob("*.py"))
MODELS = sorted((PROJECT / "dbt_project" / "models").rglob("*.sql"))
MODEL_YAML = sorted((PROJECT / "dbt_project" / "models").rglob("*.yml"))
SHIPPED_YAML = sorted(
    path
    for folder in ("flows", "expectations", "dbt_project")
    for path in (PROJECT / folder).rglob("*.yml")
    if not {"target", "logs"} & set(path.parts)
)
MARTS = set(list_marts())
IDENTITY = set(load_identity()) | {"address", "name", "full_name", "email", "telephone"}
OPENS_VAULT = {
    f"flows/{name}.py"
    for name in (
        # what it is, and the key that opens it
        "vault", "keys", "landing/known",
        # receive, ingest and link, and the run that begins them
        "run", "pipeline", "landing/door", "ingest", "link",
        # decisions on exports, links and people's records
        "exports", "disputes", "decisions", "reviewing/opened",
        # whose a panel's case is
        "documents/panel",
    )
}  # fmt: skip
AFTER_LINK = ("transform", "gate", "publish", "disclosure", "release", "questions")


def short(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def described_models() -> dict[str, dict]:
    return {
        model["name"]: model
        for path in MODEL_YAML
        for model in yaml.safe_load(path.read_text()).get("models", [])
    }


@pytest.mark.parametrize("path", PYTHON, ids=short)
def test_python_files_are_short_and_say_what_they_are(path):
    text = path.read_text()
    tree = ast.parse(text)

    assert len(text.splitlines()) <= 250
    assert ast.get_docstring(tree)


@pytest.mark.parametrize("path", SHIPPED_YAML, ids=short)
def test_yaml_files_begin_with_what_they_are(path):
    assert path.read_text().startswith("# ")


@pytest.mark.parametrize("path", MODELS, ids=short)
def test_models_are_short_and_named_by_their_layer(path):
    layer = path.relative_to(PROJECT / "dbt_project" / "models").parts[0]

    assert len(path.read_text().splitlines()) <= 80
    if layer == "staging":
        assert path.stem.startswith(f"stg_{path.parent.name}__")
    elif layer == "intermediate":
        assert path.stem.startswith("int_")
    else:
        assert path.stem in MARTS


@pytest.mark.parametrize("path", MODELS, ids=short)
def test_every_model_is_described_and_its_grain_comes_first(path):
    model = described_models()[path.stem]

    assert model["description"].startswith("One row per ")


@pytest.mark.parametrize(
    ("sector", "name"), [(s, n) for s, n, _ in list_datasets()], ids=str
)
def test_every_dataset_has_staging_and_expectations_of_its_own_name(sector, name):
    staging = PROJECT / "dbt_project/models/staging" / sector
    expectations = PROJECT / "expectations/landed" / sector

    assert (staging / f"stg_{sector}__{name}.sql").exists()
    assert (expectations / f"{name}.yml").exists()


def test_every_mart_has_a_contract_a_unit_test_and_expectations():
    models = described_models()
    unit_tested = {
        test["model"]
        for path in MODEL_YAML
        for test in yaml.safe_load(path.read_text()).get("unit_tests", [])
    }

    assert {p.stem for p in MODELS if "marts" in p.parts} == MARTS
    for mart in MARTS:
        config = models[mart].get("config", {})
        project = yaml.safe_load((PROJECT / "dbt_project/dbt_project.yml").read_text())
        shared = project["models"]["commonground"]["marts"]
        enforced = config.get("contract") or shared.get("+contract")
        assert enforced["enforced"] is True
        assert all(column.get("description") for column in models[mart]["columns"])
        assert (PROJECT / "expectations/published" / f"{mart}.yml").exists()
    assert unit_tested >= MARTS


def test_no_identifier_is_a_column_past_the_vault():
    landed = {column for _, _, d in list_datasets() for column in d.columns}
    modelled = {
        column["name"]
        for model in described_models().values()
        for column in model.get("columns", [])
    }

    assert not IDENTITY & landed
    assert not IDENTITY & modelled


def test_every_layout_is_sent_by_a_provider_or_walked_by_a_test():
    sent = {layout for p in load_providers().values() for layout in p.layouts}
    real = (PROJECT / "tests/functional/test_real_input.py").read_text()
    cases = {p.stem for p in (PROJECT / "tests/spec/layout_cases").glob("*.yml")}

    assert all(name in sent | cases or name in real for name in list_layouts())


def test_every_dataset_is_landed_by_some_layout():
    landed = {
        (load_layout(layout).sector, dataset)
        for layout in list_layouts()
        for file in load_layout(layout).files.values()
        for dataset in file.lands
    }

    assert landed == {(sector, name) for sector, name, _ in list_datasets()}


def test_stages_after_link_never_name_the_vault():
    for stage in AFTER_LINK:
        for path in _modules_reached(stage):
            assert "flows.vault" not in _imports(path), short(path)


def test_the_vault_is_opened_by_ingest_link_and_operators_of_them_alone():
    """Whoever opens the vault: by its module, its ledger, or its key."""
    opens = re.compile(
        r"flows\.vault import|for_identity\(|\bopen_(vault|ledger|to_ask)\(|\.vault\b,"
    )
    found = {short(path) for path in PYTHON if opens.search(path.read_text())}

    assert found == OPENS_VAULT


def _modules_reached(stage: str) -> set[Path]:
    waiting, seen = [PROJECT / "flows" / f"{stage}.py"], set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in _imports(path):
            base = PROJECT / Path(*name.split("."))
            waiting += [
                p for p in (base.with_suffix(".py"), base / "__init__.py") if p.exists()
            ]
    return seen


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("flows")}


def test_every_event_and_rule_in_the_code_is_in_its_list():
    text = "\n".join(path.read_text() for path in PYTHON)

    told = set(re.findall(r'"((?:run|stage|export|links|gate|release)\.[a-z]+)"', text))
    rules = set(re.findall(r'"(?:quarantine|warning)"\s*,?\s*\)?', text))
    assert told == set(EVENTS)
    assert rules
    for rule in RULES.values():
        assert rule.means
        assert rule.guidance


def test_every_kind_of_fault_has_an_exit_code_of_its_own():
    kinds = PipelineError.__subclasses__()

    assert len({kind.exit_code for kind in kinds}) == len(kinds)
    help_text = (PROJECT / "flows/cli.py").read_text()
    assert all(f"{kind.exit_code} " in help_text for kind in kinds)


def test_a_change_of_any_shipped_rule_makes_a_new_release():
    from flows.fingerprints import _CODE

    for folder, patterns in _CODE.items():
        suffixes = {
            path.suffix
            for path in (PROJECT / folder).rglob("*")
            if path.is_file()
            and not {"target", "logs", "__pycache__"} & set(path.parts)
        }
        covered = {Path(pattern).suffix for pattern in patterns}
        assert suffixes - {".md"} <= covered | (
            {".sql", ".csv"} if folder == "dbt_project" else set()
        )


def test_the_lock_names_hashes_and_no_address():
    for name in ("requirements.lock", "requirements-uv.lock"):
        text = (PROJECT / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
    assert "duckdb==1.5.5 " in (PROJECT / "requirements.lock").read_text()
