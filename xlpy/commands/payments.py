"""sync: what SL has been paid, into Manage."""

from __future__ import annotations

from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, end_with, press_closed
from xlpy.excel.buttons.pressed import Choices
from xlpy.services.flows.told import Confirm


def _check_start(_ctx: click.Context, _option: click.Parameter, text: str) -> str:
    from xlpy.domain.afterwards.payment_start import parse_start

    if text:
        try:
            parse_start(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    return text


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@PROFILE
@click.option(
    "--from",
    "start",
    default="",
    metavar="START",
    callback=_check_start,
    help="last, week, two-weeks, month, everything or YYYY-MM-DD (default: the workbook's Home, else last).",
)
@click.option("--dry-run", is_flag=True, help="Only compare: fill the sheet, write nothing anywhere.")
@click.option(
    "--take-over",
    multiple=True,
    metavar="NUMBER",
    help="Invoice whose single payment in Manage, not written by this product, becomes ours. May be repeated.",
)
@JSON
def sync(
    workbook: Path | None,
    profile: Path | None,
    start: str,
    dry_run: bool,
    take_over: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write what SL has been paid into the invoices of Manage (with or without a workbook)."""
    if workbook is not None:
        choices = Choices(start=start, dry_run=dry_run, take_over=take_over)
        press_closed("sync", workbook, profile, as_json, choices)
    from xlpy.domain.afterwards.payment_start import parse_start
    from xlpy.services.flows import payments

    since = parse_start(start)
    confirm = Confirm(lambda _word: not dry_run)
    end_with("sync", profile, as_json, lambda s: payments.sync(s, since, take_over=take_over).run(confirm))


COMMANDS: tuple[click.Command, ...] = (sync,)
