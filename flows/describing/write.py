"""Write a page per measure, the list of them, and dbt's own documents beside them."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.describing.measures import Measure, list_measures
from flows.pages import open_templates
from flows.transforming.running import document, parse

_FOLDER = Path(__file__).parent


def write_pages(folder: Path) -> Path:
    """Write ``index.html``, ``<measure>.html`` for each mart, and ``dbt.html``.

    The pages need neither network nor JavaScript; ``dbt.html``, dbt's own, needs
    JavaScript and shows lineage, tests and SQL.

    Args:
        folder: where they go; it is made anew.

    Returns:
        The path of the list.

    Raises:
        PipelineError: dbt could not read the project, or a mart asks no question.
    """
    measures = list_measures(parse())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    templates = open_templates(_FOLDER)
    for measure in measures:
        page = templates.get_template("measure.html").render(measure=measure)
        (folder / f"{measure.name}.html").write_text(page, encoding="utf-8")
    page = templates.get_template("measures.html").render(
        subjects=_group_by_subject(measures)
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    with TemporaryDirectory() as aside:
        shutil.copyfile(document(Path(aside)), folder / "dbt.html")
    return folder / "index.html"


def _group_by_subject(measures: list[Measure]) -> dict[str, list[Measure]]:
    subjects: dict[str, list[Measure]] = {}
    for measure in measures:
        subjects.setdefault(measure.subject, []).append(measure)
    return subjects
