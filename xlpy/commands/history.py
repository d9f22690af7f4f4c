"""batches, rerun, undo, clear, recover: what was posted before."""

from __future__ import annotations

from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, WORKBOOK, end, open_session, press_closed, progress_bar
from xlpy.excel.buttons.pressed import Choices


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--list", "only_list", is_flag=True, help="Only list what is half done and what Recover would do.")
@PROFILE
@JSON
def recover(workbook: Path | None, only_list: bool, profile: Path | None, as_json: bool) -> None:
    """Finish half-finished work of any PC and user (with or without a workbook)."""
    if workbook is not None:
        press_closed("recover", workbook, profile, as_json, Choices(dry_run=only_list))
    from xlpy.runlog import run_log
    from xlpy.services.as_json.run import half_finished_json, recover_json
    from xlpy.services.manage_half.recover import half_finished_text, look
    from xlpy.services.manage_half.recover import recover as finish

    with run_log("recover"), progress_bar(quiet=as_json) as progress, open_session(profile, progress) as session:
        if only_list:
            found = look(session)
            end(0, half_finished_text(found), half_finished_json(found), as_json)
        report = finish(session)
    end(report.exit_code, report.text, recover_json(report), as_json)


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
    from xlpy.runlog import run_log
    from xlpy.services.as_json.run import run_json, undo_plan_json
    from xlpy.services.history.undo import look_at_undo
    from xlpy.services.history.undo import undo as take_back

    with run_log("undo"), progress_bar(quiet=as_json) as progress, open_session(profile, progress) as session:
        if not yes:
            plan = look_at_undo(session, batch)
            ask = "" if plan.reasons else " To do it, run it again with --yes."
            end(1, plan.text + ask, undo_plan_json(plan), as_json)
        report = take_back(session, batch, confirmed=True)
    end(report.exit_code, report.text, run_json(report), as_json)


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
    from xlpy.runlog import run_log
    from xlpy.services.as_json.run import batches_json
    from xlpy.services.history.batches import list_batches

    with run_log("batches"), progress_bar(quiet=as_json) as progress, open_session(profile, progress) as session:
        report = list_batches(session)
    lines = [
        f"{row.identifier:<24} {row.documents if row.documents is not None else '-':>6}"
        f" {row.amount if row.amount is not None else '-':>14} {row.currency:<4} {row.state:<15} {row.message}".rstrip()
        for row in report.rows
    ]
    end(0, "\n".join([*lines, report.text]), batches_json(report), as_json)


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
    from xlpy.domain.values.sentences import sentences
    from xlpy.runlog import run_log
    from xlpy.services.as_json.run import rerun_plan_json, run_json
    from xlpy.services.history.rerun import rerun as post
    from xlpy.services.history.rerun_plan import RerunMarks, plan_rerun

    marks = RerunMarks(again=again, skip=skip)
    with run_log("rerun"), progress_bar(quiet=as_json) as progress, open_session(profile, progress) as session:
        if not yes:
            found = plan_rerun(session, batch, marks=marks)
            stops = [f"{p.transaction}: {sentences(p.what, p.fix)}" for p in found.plan.stops]
            ask = ["To post it, run it again with --yes."] if found.plan.transactions and not stops else []
            end(1 if stops else 0, "\n".join([found.text, *stops, *ask]), rerun_plan_json(found), as_json)
        report = post(session, batch, marks=marks)
    end(report.exit_code, report.text, run_json(report), as_json)


COMMANDS = (recover, undo, clear, batches, rerun)
