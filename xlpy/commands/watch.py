"""watch: the morning report, for a scheduler."""

from __future__ import annotations

from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, end_with


@click.command()
@PROFILE
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where page and JSON are written (default: [watch] folder of the settings, else here).",
)
@click.option(
    "--days", type=click.IntRange(min=0), help="What is unposted for longer waits (default: settings, else 7)."
)
@JSON
def watch(profile: Path | None, folder: Path | None, days: int | None, as_json: bool) -> None:
    """Write the morning report: what is new, stopped, waiting, changed and unpaid in both systems. Never posts."""
    from xlpy.services.flows import morning

    end_with("watch", profile, as_json, lambda session: morning.watch(session, folder=folder, waits_days=days))


COMMANDS: tuple[click.Command, ...] = (watch,)
