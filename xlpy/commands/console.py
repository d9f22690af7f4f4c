"""What every command does alike: options, opening the profile, pressing a button on a closed file, telling the end."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from xlpy.excel.buttons.pressed import Choices, Pressed
    from xlpy.services.flows.told import Told
    from xlpy.services.run.session import Progress, Session

logger = logging.getLogger("xlpy.cli")

WORKBOOK = click.argument("workbook", type=click.Path(dir_okay=False, path_type=Path))
PROFILE = click.option(
    "--profile",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Settings file (default: the workbook's own, else XLPY_PROFILE).",
)
AS_JSON, _BARS = "xlpy.as_json", "xlpy.bars"


def _note_json(ctx: click.Context, _option: click.Parameter, as_json: bool) -> bool:
    """Remember that JSON was asked for, so that a failure is told as JSON, too."""
    ctx.meta[AS_JSON] = as_json
    return as_json


def command_line() -> click.Group:
    """Return the group with every command: the root of the command that is running."""
    root = click.get_current_context().find_root().command
    if not isinstance(root, click.Group):  # a command that somebody runs by itself lists itself
        return click.Group(commands=[root])
    return root


JSON = click.option(
    "--json", "as_json", is_flag=True, callback=_note_json, help="Print the report as JSON on standard output."
)


def press_closed(
    button: str,
    workbook: Path,
    profile: Path | None,
    as_json: bool,
    choices: Choices | None = None,
    *,
    told: Callable[[Mapping[str, Any]], None] | None = None,
) -> NoReturn:
    """Press a button on a closed workbook, save it, and end with what came of it; ``told`` shows its data first."""
    from xlpy.excel.buttons.press import press
    from xlpy.excel.engine.closed_file import WorkbookSavedBeside, open_closed
    from xlpy.excel.tables.home import profile_path
    from xlpy.runlog import run_log

    with open_closed(workbook) as closed, progress_bar(quiet=as_json) as progress:
        chosen = profile or (Path(path) if (path := profile_path(closed.book)) else None)
        pressed: Pressed | None = None
        try:
            pressed = press(button, closed.book, lambda tell: open_session(chosen, tell), progress, choices)
        finally:
            try:
                closed.save()
            except Exception as error:
                # What was done is told in any case: the file is the smaller half of it.
                if pressed is None and not isinstance(error, WorkbookSavedBeside):
                    raise
                say(f"{pressed.text} {error}" if pressed else str(error))
                with run_log("cli"):
                    logger.exception("The workbook could not be saved")
                if pressed is not None:
                    beside = str(error.path) if isinstance(error, WorkbookSavedBeside) else ""
                    end(3, "", {**pressed.data, "workbook": beside, "workbook_text": str(error)}, as_json)
    if told is not None and not as_json:
        told(pressed.data)
    end(pressed.exit_code, pressed.text, dict(pressed.data), as_json)


def end_with(button: str, profile: Path | None, as_json: bool, flow: Callable[[Session], Told[Any]]) -> NoReturn:
    """Go the way of a button without a workbook, and end with what it told."""
    from xlpy.runlog import run_log

    with run_log(button), progress_bar(quiet=as_json) as progress, open_session(profile, progress) as session:
        told = flow(session)
    end(told.exit_code, told.console, told.data, as_json)


def open_session(profile: Path | None, progress: Progress) -> Session:
    """Open the session of a settings file, or of the environment."""
    from xlpy.profile.settings import load_profile
    from xlpy.services.run.session import Session

    return Session.open(load_profile(profile), progress=progress)


def end(code: int, text: str, data: Mapping[str, Any], as_json: bool) -> NoReturn:
    """Print what came of it, as words or as JSON, and end with the exit code."""
    if as_json:
        print_json(data)
    elif text:
        say(text)
    sys.exit(code)


def at_terminal() -> bool:
    """Whether a person sits there who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_at_terminal(question: str) -> bool:
    """Ask with yes and no; the progress bar stands aside, and an end of the input is a no."""
    bars = click.get_current_context().meta.get(_BARS)
    if bars is not None:
        bars.stop()
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        return False
    finally:
        if bars is not None:
            bars.start()


def print_json(data: Mapping[str, Any]) -> None:
    """Print JSON on standard output."""
    # Pure ASCII: a scheduler on Windows reads it the same in every code page.
    _echo(json.dumps(data, indent=1))


def say(text: str) -> None:
    """Print words on standard error."""
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
def progress_bar(*, quiet: bool = False) -> Iterator[Progress]:
    """Show one bar for the step that is going on, on standard error; nothing when it is not a console."""
    if quiet or not sys.stderr.isatty():
        from xlpy.services.run.session import no_progress

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
        click.get_current_context().meta[_BARS] = bars

        def show(what: str, done: int, of: int) -> None:
            bars.update(task, description=what, completed=done, total=of or None)

        yield show
