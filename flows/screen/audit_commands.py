"""Commands that read the audit log and prove that it is whole."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.screen import acts
from flows.screen.commands import DataOption, explained, find_place

audit_app = typer.Typer(
    no_args_is_help=True,
    help="What people did by hand, when and why; and proof that the log is whole.",
)


@audit_app.command("show")
@explained
def audit_show(
    limit: Annotated[int, typer.Option(min=1, help="How many, newest last.")] = 20,
    data: DataOption = None,
) -> None:
    """Show the newest entries with who, what and why."""
    from flows.audit import read_audit

    acts.audit_entries(read_audit(find_place(data), limit))


@audit_app.command("verify")
@explained
def audit_verify(data: DataOption = None) -> None:
    """Hash every entry again and follow the chain; name the first bad line."""
    from flows.audit import verify_audit
    from flows.errors import AuditBroken

    place = find_place(data)
    verified = verify_audit(place)
    acts.audit_verified(verified)
    if verified.bad_line is not None:
        raise AuditBroken(
            f"{place.audit}, line {verified.bad_line}: {verified.words}. The "
            f"{verified.entries:,} entries before it are good. Keep the file, find out "
            "who could write to it, and compare it with a backup."
        )
