"""reconcile: Manage, the posting ledger and SL, to the cent."""

from __future__ import annotations

from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, end_with, press_closed


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--batch", default="", help="One batch of Manage, with or without its suffix -I, -E, -P.")
@click.option("--period", default="", help="One period as SL shows it, such as 10-2026.")
@click.option("--everything", is_flag=True, help="All batches (the default without a workbook's Earlier batch).")
@PROFILE
@JSON
def reconcile(
    workbook: Path | None, batch: str, period: str, everything: bool, profile: Path | None, as_json: bool
) -> None:
    """Compare Manage's batches, the posting ledger, SL and its general ledger to the cent. Changes nothing.

    Exit code 0: all agrees; 3: something does not.
    """
    if workbook is not None:
        from xlpy.excel.buttons.pressed import Choices

        choices = Choices(batch=batch, period=period, everything=everything)
        press_closed("reconcile", workbook, profile, as_json, choices)
    from xlpy.services.flows import records

    end_with(
        "reconcile",
        profile,
        as_json,
        lambda session: records.reconcile(session, batch=batch, period=period, everything=everything),
    )


COMMANDS: tuple[click.Command, ...] = (reconcile,)
