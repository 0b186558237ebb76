"""The pages of the measures say what the models say, and ask every mart a question."""

from __future__ import annotations

import copy

import pytest

from flows.describing.measures import list_measures
from flows.describing.write import write_pages
from flows.errors import PipelineError
from flows.gating.suites import list_marts
from flows.transforming.running import parse


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs") / "pages"
    write_pages(folder)
    return folder


def test_every_mart_has_a_page_with_its_question_columns_and_rules(pages):
    measures = {measure.name: measure for measure in list_measures(parse())}

    assert set(measures) == set(list_marts())
    for name, measure in measures.items():
        page = (pages / f"{name}.html").read_text()
        assert measure.question.endswith("?")
        assert all(column.words and column.data_type for column in measure.columns)
        assert all(f"<code>{column.name}</code>" in page for column in measure.columns)
    overlaps = {rules.name for rules in measures["need_overlaps"].rules}
    assert {"need_evidence", "need_combinations", "cadences"} <= overlaps
    assert all(rules.version and rules.owner for rules in measures["people"].rules)


def test_the_list_names_every_page_and_needs_no_network(pages):
    index = (pages / "index.html").read_text()

    assert all(f'href="{mart}.html"' in index for mart in list_marts())
    for page in pages.glob("*.html"):
        if page.name != "dbt.html":
            assert "http" not in page.read_text()
    assert "static" in (pages / "dbt.html").read_text()


def test_a_mart_that_asks_nothing_is_refused_by_name():
    manifest = copy.deepcopy(parse())
    manifest.nodes["model.commonground.people"].config.meta.pop("question")

    with pytest.raises(PipelineError, match="mart people has no question"):
        list_measures(manifest)
