"""The newest landing of each row of a dataset, and whether it was withdrawn since."""

from __future__ import annotations

from flows.duck import quote_text
from flows.paths import Place


def newest_landings_sql(place: Place, sector: str, name: str, condition: str) -> str:
    """SQL of one row per row of a dataset, as its newest landing has it.

    Beside the dataset's own columns it gives ``_landings``, how often the row has
    landed, and ``_withdrawn_date``, the day of the export that lacked it since; null
    while it stands.

    Args:
        place: the data folder.
        sector: the contract group.
        name: the dataset; something of it must have landed.
        condition: SQL over the dataset's columns: which rows are wanted.
    """
    files = quote_text(str(place.landed / sector / name / "*.parquet"))
    withdrawn = quote_text(str(place.landed / "_withdrawn" / "*.parquet"))
    return f"""
        select landings.*, withdrawals._withdrawn_date
        from (
            select *, count(*) over (partition by _row_id) as _landings
            from read_parquet({files}, union_by_name = true)
            -- What a row said before may have been about somebody else.
            where _row_id in (
                select _row_id from read_parquet({files}, union_by_name = true)
                where {condition}
            )
            qualify row_number() over (
                partition by _row_id
                order by _export_date desc, _received_at desc, _export_id desc
            ) = 1
        ) as landings
        left join (
            select
                _row_id,
                _landed_export_id as _export_id,
                min(_export_date) as _withdrawn_date,
            from read_parquet({withdrawn}, union_by_name = true)
            group by all
        ) as withdrawals using (_row_id, _export_id)
        where {condition}
    """
