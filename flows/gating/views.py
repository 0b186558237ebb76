"""What a gate looks at: live landed rows, and which datasets somebody has sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from flows.duck import quote_name, quote_text
from flows.layouts import Layout, load_layout
from flows.mappings import load_providers
from flows.paths import Place
from flows.provider_files import OWN, Provider
from flows.settings import providers_folder


def create_view(name: str, query: str) -> str:
    """SQL that makes a view."""
    return f"create view {quote_name(name)} as {query}"


def live_rows(view: str, folder: Path, place: Place) -> str:
    """SQL of a view of the newest landing of each source row that is not withdrawn."""
    files = quote_text(str(folder / "*.parquet"))
    gone = quote_text(str(place.landed / "_withdrawn" / "*.parquet"))
    return create_view(
        view,
        f"""
        select newest.*
        from (
            select * from read_parquet({files})
            qualify row_number() over (
                partition by _row_id
                order by _export_date desc, _received_at desc, _export_id desc
            ) = 1
        ) as newest
        anti join read_parquet({gone}) as gone
            on newest._row_id = gone._row_id
            and newest._export_id = gone._landed_export_id
        """,
    )


def list_sent(
    connection: duckdb.DuckDBPyConnection, place: Place
) -> set[tuple[str, str]]:
    """List (contract group, dataset) that is what some landed export is about."""
    files = quote_text(str(place.landed / "_exports" / "*.parquet"))
    landed = connection.execute(
        "select distinct provider, layout, file_kind "
        f"from read_parquet({files}) where state = 'landed'"
    ).fetchall()
    known = load_providers(providers_folder())
    return {
        (layout.sector, lands[0])
        for provider, name, kind in landed
        if (layout := _find_layout(known, provider, name))
        if (lands := layout.files[kind].lands if kind in layout.files else ())
    }


def _find_layout(
    known: Mapping[str, Provider], provider: str, name: str
) -> Layout | None:
    """Find a layout by its name; none once a provider's own layout is gone."""
    if name != OWN:
        return load_layout(name)
    return known[provider].own_layout if provider in known else None
