"""Commands about providers: who sends what, and a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.errors import MappingError
from flows.screen import providers
from flows.screen.commands import DataOption, explained, find_place
from flows.settings import providers_folder

providers_app = typer.Typer(
    invoke_without_command=True,
    help="Providers: who sends what, what is in doubt, and a new one.",
)


@providers_app.callback()
def _list_by_default(context: typer.Context, data: DataOption = None) -> None:
    """List providers, look at one, or begin with a new one."""
    if context.invoked_subcommand is None:
        provider_list(data)


@providers_app.command("list")
@explained
def provider_list(data: DataOption = None) -> None:
    """List providers: sector, layouts, agreement, and what of theirs has landed."""
    from flows.mappings import load_providers
    from flows.running import latest_exports

    place = find_place(data)
    providers.listing(load_providers(providers_folder()), latest_exports(place))


@providers_app.command("show")
@explained
def provider_show(
    name: Annotated[str, typer.Argument(help="The provider.")],
) -> None:
    """Show what a provider sends, each column taken or ignored, and open doubts."""
    from flows.mappings import load_providers

    known = load_providers(providers_folder())
    if name not in known:
        raise MappingError(f"No provider {name!r}. Providers: {', '.join(known)}.")
    providers.shown(known[name])


@providers_app.command("new")
@explained
def provider_new(
    file: Annotated[
        Path, typer.Argument(help="A sample export, or a zip.", dir_okay=False)
    ],
    sector: Annotated[
        str, typer.Option(help="homelessness, drugs, offending or mental_health.")
    ],
    name: Annotated[
        str | None, typer.Option(help="The provider's name: small letters and _.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write here, not into the providers' folder.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    header_row: Annotated[
        int | None, typer.Option(min=1, max=20, help="The line of the headings.")
    ] = None,
) -> None:
    """Propose a provider file from a sample, with every doubt marked; keep nothing."""
    from flows.onboarding.onboard import onboard

    result = onboard(
        file,
        sector,
        providers_folder(),
        name=name,
        out=out,
        sheet=sheet,
        header_row=header_row,
    )
    providers.onboarded(result)
