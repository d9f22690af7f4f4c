"""batches, rerun, undo, clear, recover: what was posted before."""

from __future__ import annotations

from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, WORKBOOK, end_with, press_closed
from xlpy.excel.buttons.pressed import Choices
from xlpy.services.flows.told import Confirm


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--list", "only_list", is_flag=True, help="Only list what is half done and what Recover would do.")
@PROFILE
@JSON
def recover(workbook: Path | None, only_list: bool, profile: Path | None, as_json: bool) -> None:
    """Finish half-finished work of any PC and user (with or without a workbook)."""
    if workbook is not None:
        press_closed("recover", workbook, profile, as_json, Choices(dry_run=only_list))
    from xlpy.services.flows import history

    end_with("recover", profile, as_json, lambda s: history.recover(s).run(Confirm(lambda _word: not only_list)))


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--batch", required=True, help="The batch in Manage, with its suffix, such as 20261031JD-I.")
@click.option("--yes", is_flag=True, help="Do it; without this only what would be removed is told.")
@PROFILE
@JSON
def undo(workbook: Path | None, batch: str, yes: bool, profile: Path | None, as_json: bool) -> None:
    """Take a batch that SL has not released back out of SL and of Manage (with or without a workbook)."""
    if workbook is not None:
        press_closed("undo", workbook, profile, as_json, Choices(yes=yes, batch=batch))
    from xlpy.services.flows import history

    confirm = Confirm(lambda _word: yes, lambda _word: " To do it, run it again with --yes.")
    end_with("undo", profile, as_json, lambda session: history.undo(session, batch).run(confirm))


@click.command()
@WORKBOOK
@click.option("--yes", is_flag=True, help="Do it; without this only what would be marked is told.")
@PROFILE
@JSON
def clear(workbook: Path, yes: bool, profile: Path | None, as_json: bool) -> None:
    """Clear without export: mark the included rows as posted in Manage; SL is not touched."""
    press_closed("clear", workbook, profile, as_json, Choices(yes=yes))


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@PROFILE
@JSON
def batches(workbook: Path | None, profile: Path | None, as_json: bool) -> None:
    """List the batches of Manage and what became of them in SL (with or without a workbook)."""
    if workbook is not None:
        press_closed("batches", workbook, profile, as_json)
    from xlpy.services.flows import history

    end_with("batches", profile, as_json, history.batches)


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--batch", default="", help="The batch in Manage, such as 20261031JD-I (default: the workbook's).")
@click.option("--again", multiple=True, help="Id or number to post anew, though voided or deleted in SL; or 'all'.")
@click.option("--skip", multiple=True, help="Id or number to leave out (in a workbook: clear its Include).")
@click.option("--yes", is_flag=True, help="Post it; without this only what would be posted is shown.")
@PROFILE
@JSON
def rerun(
    workbook: Path | None,
    batch: str,
    again: tuple[str, ...],
    skip: tuple[str, ...],
    yes: bool,
    profile: Path | None,
    as_json: bool,
) -> None:
    """Post of an earlier batch what SL lacks, without a second batch in Manage (with or without a workbook)."""
    if workbook is not None:
        if skip:
            raise click.UsageError("--skip is for reruns without a workbook: clear Include on its sheet Rerun.")
        press_closed("rerun", workbook, profile, as_json, Choices(yes=yes, dry_run=not yes, batch=batch, again=again))
    from xlpy.services.flows import history
    from xlpy.services.history.rerun_plan import RerunMarks

    marks = RerunMarks(again=again, skip=skip)
    confirm = Confirm(lambda _word: yes, lambda _word: "\nTo post it, run it again with --yes.")
    end_with("rerun", profile, as_json, lambda session: history.rerun(session, batch, marks=marks).run(confirm))


COMMANDS = (recover, undo, clear, batches, rerun)
