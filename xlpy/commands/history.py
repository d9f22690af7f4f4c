"""batches, rerun, undo, clear, recover: what was posted before."""

from __future__ import annotations

from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, end, open_session, press_closed, progress_bar


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@PROFILE
@JSON
def recover(workbook: Path | None, profile: Path | None, as_json: bool) -> None:
    """Finish half-finished batches of any PC and user (with or without a workbook)."""
    if workbook is not None:
        press_closed("recover", workbook, profile, as_json)
    from xlpy.runlog import run_log
    from xlpy.services.recover import recover as finish
    from xlpy.services.run_json import recover_json

    with run_log("recover"), progress_bar(quiet=as_json) as progress, open_session(profile, progress) as session:
        report = finish(session)
    end(report.exit_code, report.text, recover_json(report), as_json)


COMMANDS = (recover,)
