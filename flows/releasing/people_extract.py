"""The record-level extract: people as the allowed providers alone know them.

It is worked out anew for each recipient from the records, episodes, contacts and needs
of the providers that may feed it. The mart ``people`` is not read: it joins what every
provider knows, and one column of it would carry another provider's knowledge.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flows.disclosure import withhold_rare
from flows.duck import quote_name, quote_text
from flows.releasing.profiles import EXTRACTS, NEEDS, Terms, list_columns
from flows.releasing.pseudonyms import load_pseudonyms

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AGES = ((16, 24), (25, 34), (35, 44), (45, 54), (55, 64))
_FLAGS = [column for column, sector in EXTRACTS["people"].items() if sector]


def load_people(
    connection: DuckDBPyConnection,
    table: str,
    terms: Terms,
    as_of: dt.date,
    key: bytes,
) -> int:
    """Make a temporary table of the people a recipient may have.

    Each column a profile lists makes more people one of a kind and costs rows: with all
    of them, seven in ten of an invented place of 5,000 were withheld from a body of
    four sectors, with age, sex and services one in sixteen.

    One row per person whom an allowed provider has on its books, under the recipient's
    own pseudonym, without the rows that fewer than ten people could be. Everything but
    the pseudonym counts as known to an attacker, so nothing is left to be guessed from
    a group that is all alike.

    Args:
        connection: has the warehouse attached as ``warehouse``.
        table: name of the temporary table.
        terms: what the recipient may have.
        as_of: the data's own day; "last year" ends on it.
        key: the recipient's pseudonym key.

    Returns:
        How many rows were withheld.
    """
    fed = f"provider in ({', '.join(quote_text(name) for name in terms.providers)})"
    load_pseudonyms(
        connection,
        "recipient_ids",
        "select distinct person_id from warehouse.intermediate.int_person_records "
        f"where {fed} and person_id is not null",
        key,
    )
    columns = list_columns(terms.recipient, "people")
    names = ", ".join(quote_name(column) for column in columns)
    connection.execute(
        f"create or replace temp table {quote_name(table)} as "
        f"select {names} from ({_query(fed, as_of)})"
    )
    return withhold_rare(connection, table, [c for c in columns if c != "person_id"])


def _query(fed: str, as_of: dt.date) -> str:
    day = f"date {quote_text(as_of.isoformat())}"
    return f"""
        with described as ({_described(fed, as_of.year)}),
        seen as ({_seen(fed, day)}),
        first_seen as (
            select person_id, year(min(first_date))::integer as first_seen_year
            from seen where first_date <= {day} group by person_id
        ),
        served as (
            select person_id, {_served_flags()} from seen
            where start_date <= {day} and end_date > {day} - interval 1 year
            group by person_id
        ),
        recorded as (
            select person_id, {_need_flags()}
            from warehouse.intermediate.int_needs_recorded
            where {fed} group by person_id
        )
        select
            recipient_ids.pseudonym as person_id,
            age_band, sex_type, ethnicity_type, first_seen_year,
            {", ".join(f"coalesce({flag}, false) as {flag}" for flag in _FLAGS)}
        from described
        inner join recipient_ids on described.person_id = recipient_ids.id
        left join first_seen on described.person_id = first_seen.person_id
        left join served on described.person_id = served.person_id
        left join recorded on described.person_id = recorded.person_id
    """


def _described(fed: str, year: int) -> str:
    bands = " ".join(f"when age between {a} and {b} then '{a}-{b}'" for a, b in _AGES)
    arrival = (
        "coalesce(_export_date::varchar, '') || coalesce(_received_at::varchar, '')"
    )
    return f"""
        select
            person_id,
            {year} - arg_max(birth_year, arrival)
                filter (where birth_year is not null) as age,
            case {bands} when age between 65 and 120 then '65+' else 'not_known' end
                as age_band,
            coalesce(arg_max(sex_type, arrival)
                filter (where sex_type <> 'not_known'), 'not_known') as sex_type,
            coalesce(arg_max(ethnicity_type, arrival)
                filter (where ethnicity_type <> 'not_stated'), 'not_stated')
                as ethnicity_type
        from (
            select *, {arrival} || record_id as arrival
            from warehouse.intermediate.int_person_records where {fed}
        ) group by person_id
    """


def _seen(fed: str, day: str) -> str:
    """Episodes and attended contacts: when someone first came, and when in service."""
    return f"""
        select person_id, sector, least(referral_date, start_date) as first_date,
            start_date, coalesce(end_date, {day}) as end_date
        from warehouse.intermediate.int_episodes_unioned where {fed}
        union all
        select person_id, sector, contact_date, contact_date, contact_date
        from warehouse.intermediate.int_contacts_unioned where {fed} and is_attended
    """


def _served_flags() -> str:
    return ", ".join(
        f"bool_or(sector = '{sector}') as is_in_{sector}_service_last_year"
        for sector in NEEDS.values()
    )


def _need_flags() -> str:
    return ", ".join(
        f"bool_or(need_type = '{need}') as has_{need}_recorded" for need in NEEDS
    )
