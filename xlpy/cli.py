"""The command line: what the ribbon does, on a closed workbook; for servers, schedulers and people who like it.

Exit codes: 0 completed, 1 nothing written because of problems, 2 could not run, 3 completed with errors.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from xlpy import __version__
from xlpy.errors import XlpyError

if TYPE_CHECKING:
    from xlpy.excel.buttons import Pressed
    from xlpy.services.session import Progress, Session

logger = logging.getLogger("xlpy.cli")

WORKBOOK = click.argument("workbook", type=click.Path(dir_okay=False, path_type=Path))
PROFILE = click.option(
    "--profile",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Settings file (default: the workbook's own, else XLPY_PROFILE).",
)
AS_JSON = "xlpy.as_json"


def _note_json(ctx: click.Context, _option: click.Parameter, as_json: bool) -> bool:
    """Remember that JSON was asked for, so that a failure is told as JSON, too."""
    ctx.meta[AS_JSON] = as_json
    return as_json


JSON = click.option(
    "--json", "as_json", is_flag=True, callback=_note_json, help="Print the report as JSON on standard output."
)


class _Words(click.Group):
    """Turns the product's own errors, and anything unexpected, into words and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except XlpyError as error:
            _fail(ctx, error.exit_code, str(error))
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except KeyboardInterrupt:
            _fail(ctx, 2, "Stopped. Whatever was committed in SL is finished by the next run or by 'xlpy recover'.")
        except Exception as error:
            from xlpy.runlog import run_log

            with run_log("cli") as log:
                logger.exception("Unexpected")
            what = f"{type(error).__name__}: {error}"
            _fail(ctx, 2, f"Something unexpected happened ({what}). The full log: {log.path}")


def _fail(ctx: click.Context, code: int, text: str) -> NoReturn:
    """End a command that could not be done: words on standard error, and JSON on standard output when asked for."""
    from xlpy.runlog import masked
    from xlpy.services.run_json import failed_json

    _say(masked(text))
    if ctx.meta.get(AS_JSON):
        _print_json(failed_json(masked(text)))
    ctx.exit(code)


@click.group(cls=_Words, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="xlpy")
def main() -> None:
    """Manage to SL: post ConnectWise Manage's transactions into Dynamics SL, and know what was posted."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@main.command()
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


@main.command()
@WORKBOOK
@PROFILE
@JSON
def refresh(workbook: Path, profile: Path | None, as_json: bool) -> None:
    """Fill the workbook with the unposted transactions of Manage."""
    _press("refresh", workbook, profile, as_json)


@main.command()
@WORKBOOK
@PROFILE
@JSON
def check(workbook: Path, profile: Path | None, as_json: bool) -> None:
    """Check everything that is marked Include; writes to no system."""
    _press("check", workbook, profile, as_json)


@main.command()
@WORKBOOK
@PROFILE
@JSON
def preview(workbook: Path, profile: Path | None, as_json: bool) -> None:
    """Show the exact SL documents that would be made."""
    _press("preview", workbook, profile, as_json)


@main.command()
@WORKBOOK
@PROFILE
@JSON
def push(workbook: Path, profile: Path | None, as_json: bool) -> None:
    """Run export: write what is marked into SL, then mark it posted in Manage."""
    _press("push", workbook, profile, as_json)


@main.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@PROFILE
@JSON
def recover(workbook: Path | None, profile: Path | None, as_json: bool) -> None:
    """Finish half-finished batches of any PC and user (with or without a workbook)."""
    if workbook is not None:
        _press("recover", workbook, profile, as_json)
        return
    from xlpy.runlog import run_log
    from xlpy.services.recover import recover as finish
    from xlpy.services.run_json import recover_json

    with run_log("recover"), _progress(quiet=as_json) as progress, _open(profile, progress) as session:
        report = finish(session)
    _end(report.exit_code, report.text, recover_json(report), as_json)


@main.command()
@PROFILE
@JSON
def doctor(profile: Path | None, as_json: bool) -> None:
    """Check the set-up of both systems, the rights and the posting ledger."""
    from rich.console import Console
    from rich.table import Table

    from xlpy.runlog import run_log
    from xlpy.services.doctor import Verdict, check_setup, setup_exit_code

    with run_log("doctor"), _progress(quiet=as_json) as progress, _open(profile, progress) as session:
        findings = check_setup(session)
    code = setup_exit_code(findings)
    if as_json:
        listed = [
            {"area": f.area, "subject": f.subject, "verdict": str(f.verdict), "text": f.text, "fix": f.fix}
            for f in findings
        ]
        _end(code, "", {"state": "checked", "findings": listed}, as_json)
    table = Table("", "Area", "What", "Says", "How to fix", box=None, pad_edge=False)
    colour = {Verdict.OK: "green", Verdict.NOTE: "yellow", Verdict.UNKNOWN: "yellow", Verdict.PROBLEM: "red"}
    for finding in findings:
        style = colour[finding.verdict]
        table.add_row(f"[{style}]{finding.verdict}[/]", finding.area, finding.subject, finding.text, finding.fix)
    Console().print(table)
    sys.exit(code)


@main.command("sl-setup")
@PROFILE
@click.option("--print", "print_only", is_flag=True, help="Print the SQL script for the database administrator.")
def sl_setup(profile: Path | None, print_only: bool) -> None:
    """Install the posting ledger in the SL company database (safe to run twice), or print its script."""
    from xlpy.sl.setup_script import install_ledger, setup_script

    if print_only:
        click.echo(setup_script())
        return
    from xlpy.runlog import run_log

    with run_log("sl-setup"), _progress() as progress, _open(profile, progress) as session:
        install_ledger(session.sl)
    click.echo("The posting ledger is installed.")


@main.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where the demo's workbook, SL company and Manage site are kept.",
)
@click.option("--serve", is_flag=True, help="Keep the demo Manage site up until Ctrl+C, to try it by hand.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the site (default: any free one).")
@click.option("--invoices", type=click.IntRange(20, 100_000), default=60, show_default=True, help="Size of the sample.")
@click.option("--go-on", is_flag=True, help="Go on with what the folder has, instead of starting afresh.")
def demo(folder: Path, serve: bool, port: int, invoices: int, go_on: bool) -> None:
    """Try everything on a built-in Manage site and SL company: no Manage, no SL, no Excel needed."""
    from xlpy.demo.scenario import run_demo, serve_demo

    if serve:
        sys.exit(serve_demo(folder, port=port, invoices=invoices, go_on=go_on, say=click.echo))
    with _progress() as progress:
        code = run_demo(folder, port=port, invoices=invoices, go_on=go_on, say=click.echo, progress=progress)
    sys.exit(code)


def _press(button: str, workbook: Path, profile: Path | None, as_json: bool) -> None:
    from xlpy.excel.buttons import press
    from xlpy.excel.closed_file import WorkbookSavedBeside, open_closed
    from xlpy.excel.home import profile_path

    with open_closed(workbook) as closed, _progress(quiet=as_json) as progress:
        chosen = profile or (Path(path) if (path := profile_path(closed.book)) else None)
        pressed: Pressed | None = None
        try:
            pressed = press(button, closed.book, lambda tell: _open(chosen, tell), progress)
        finally:
            try:
                closed.save()
            except Exception as error:
                # What was done is told in any case: the file is the smaller half of it.
                if pressed is None and not isinstance(error, WorkbookSavedBeside):
                    raise
                _say(f"{pressed.text} {error}" if pressed else str(error))
                logger.exception("The workbook could not be saved")
                if pressed is not None:
                    beside = str(error.path) if isinstance(error, WorkbookSavedBeside) else ""
                    _end(3, "", {**pressed.data, "workbook": beside, "workbook_text": str(error)}, as_json)
    _end(pressed.exit_code, pressed.text, dict(pressed.data), as_json)


def _open(profile: Path | None, progress: Progress) -> Session:
    from xlpy.services.session import Session
    from xlpy.settings import load_profile

    return Session.open(load_profile(profile), progress=progress)


def _end(code: int, text: str, data: dict[str, Any], as_json: bool) -> None:
    if as_json:
        _print_json(data)
    elif text:
        _say(text)
    sys.exit(code)


def _print_json(data: dict[str, Any]) -> None:
    # Pure ASCII: a scheduler on Windows reads it the same in every code page.
    _echo(json.dumps(data, indent=1))


def _say(text: str) -> None:
    _echo(text, err=True)


def _echo(text: str, *, err: bool = False) -> None:
    """Print; a reader who has gone away (a closed pipe) does not change what the exit code says."""
    try:
        click.echo(text, err=err)
    except OSError:
        gone = sys.stderr if err else sys.stdout
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), gone.fileno())  # else Python's own end would fail on it


@contextmanager
def _progress(*, quiet: bool = False) -> Iterator[Progress]:
    """Show one bar for the step that is going on, on standard error; nothing when it is not a console."""
    if quiet or not sys.stderr.isatty():
        from xlpy.services.session import no_progress

        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Starting", total=None)

        def show(what: str, done: int, of: int) -> None:
            bars.update(task, description=what, completed=done, total=of or None)

        yield show


if __name__ == "__main__":
    main()
