"""watch: the morning report, for a scheduler."""

from __future__ import annotations

from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, end_with


@click.command()
@PROFILE
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Where page and JSON are saved (default: here)."
)
@click.option(
    "--waits", type=click.IntRange(0, 3660), default=14, show_default=True, help="Days until it waits too long."
)
@click.option("--dry-run", is_flag=True, help="Only compare payments: write nothing into Manage.")
@JSON
def watch(profile: Path | None, folder: Path | None, waits: int, dry_run: bool, as_json: bool) -> None:
    """Make the morning report: refresh, check, sync payments, reconcile, and what changed since yesterday. Never posts.

    Exit code 0: nothing to do; 1: something is stopped or waits; 2: could not run; 3: something is wrong.
    """
    from xlpy.services.flows import watching

    where = folder or Path.cwd()
    end_with(
        "watch",
        profile,
        as_json,
        lambda session: watching.watch(session, where, waits_days=waits, write_payments=not dry_run),
    )


COMMANDS: tuple[click.Command, ...] = (watch,)
