"""new, login, logout, doctor, sl-setup: what stands before the first batch."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, WORKBOOK, end, open_session, progress_bar


@click.command()
@WORKBOOK
@PROFILE
@click.option("--force", is_flag=True, help="Replace a workbook that is there already.")
def new(workbook: Path, profile: Path | None, force: bool) -> None:
    """Make a new workbook, with the ribbon and this Python as its interpreter."""
    from xlpy.errors import WorkbookError
    from xlpy.excel.builder import build_workbook

    if workbook.suffix.lower() != ".xlsm":
        raise WorkbookError(f"{workbook.name} would lose its ribbon.", fix="Give it the ending .xlsm.")
    if workbook.exists() and not force:
        raise WorkbookError(f"{workbook} is there already.", fix="Choose another name, or --force to replace it.")
    build_workbook(workbook, interpreter=sys.executable, profile=str(profile.resolve()) if profile else "")
    click.echo(f"Made {workbook}")


@click.command()
@PROFILE
@JSON
def doctor(profile: Path | None, as_json: bool) -> None:
    """Check the set-up of both systems, the rights and the posting ledger."""
    from rich.console import Console
    from rich.table import Table

    from xlpy.runlog import run_log
    from xlpy.services.doctor import Verdict, check_setup, setup_exit_code

    with run_log("doctor"), progress_bar(quiet=as_json) as progress, open_session(profile, progress) as session:
        findings = check_setup(session)
    code = setup_exit_code(findings)
    if as_json:
        listed = [
            {"area": f.area, "subject": f.subject, "verdict": str(f.verdict), "text": f.text, "fix": f.fix}
            for f in findings
        ]
        end(code, "", {"state": "checked", "findings": listed}, as_json)
    table = Table("", "Area", "What", "Says", "How to fix", box=None, pad_edge=False)
    colour = {Verdict.OK: "green", Verdict.NOTE: "yellow", Verdict.UNKNOWN: "yellow", Verdict.PROBLEM: "red"}
    for finding in findings:
        style = colour[finding.verdict]
        table.add_row(f"[{style}]{finding.verdict}[/]", finding.area, finding.subject, finding.text, finding.fix)
    Console().print(table)
    sys.exit(code)


@click.command("sl-setup")
@PROFILE
@click.option("--print", "print_only", is_flag=True, help="Print the SQL script for the database administrator.")
def sl_setup(profile: Path | None, print_only: bool) -> None:
    """Install the posting ledger in the SL company database (safe to run twice), or print its script."""
    from xlpy.sl.setup_script import install_ledger, setup_script

    if print_only:
        click.echo(setup_script())
        return
    from xlpy.runlog import run_log

    with run_log("sl-setup"), progress_bar() as progress, open_session(profile, progress) as session:
        install_ledger(session.sl)
    click.echo("The posting ledger is installed.")


COMMANDS = (new, doctor, sl_setup)
