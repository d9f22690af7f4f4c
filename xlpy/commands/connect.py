"""new, login, logout, doctor, sl-setup: what stands before the first batch."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, WORKBOOK, end, open_session, press_closed, progress_bar, say


@click.command()
@WORKBOOK
@PROFILE
@click.option("--force", is_flag=True, help="Replace a workbook that is there already.")
@click.option("--update", is_flag=True, help="Bring a workbook that is there (closed) to this version, with its rows.")
def new(workbook: Path, profile: Path | None, force: bool, update: bool) -> None:
    """Make a new workbook, or bring an old one to this version, with this Python as the one its buttons run."""
    from xlpy.errors import WorkbookError

    if update:
        if force:
            raise click.UsageError("--force makes an empty workbook, --update keeps what is in it: give one of them.")
        from xlpy.excel.update.workbook import update_workbook
        from xlpy.runlog import run_log

        with run_log("new"):
            done = update_workbook(
                workbook, interpreter=sys.executable, profile=str(profile.resolve()) if profile else ""
            )
        click.echo(done.text)
        return
    from xlpy.excel.workbook.builder import build_workbook

    if workbook.suffix.lower() != ".xlsm":
        raise WorkbookError(f"{workbook.name} would lose its ribbon.", fix="Give it the ending .xlsm.")
    if workbook.exists() and not force:
        raise WorkbookError(f"{workbook} is there already.", fix="Choose another name, or --force to replace it.")
    build_workbook(workbook, interpreter=sys.executable, profile=str(profile.resolve()) if profile else "")
    click.echo(f"Made {workbook}")


LOGIN_PROFILE = click.option(
    "--profile",
    default="",
    help="Settings file, or a name (default: the workbook's own, else XLPY_PROFILE, else 'default').",
)
OF_WORKBOOK = click.option(
    "--workbook",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Log in for this workbook: it remembers the profile.",
)


@click.command()
@LOGIN_PROFILE
@OF_WORKBOOK
@click.option("--no-window", is_flag=True, help="Ask in the console instead of a window.")
@click.option("--stdin", is_flag=True, help="Take the answers line by line from standard input, passwords too.")
@JSON
def login(profile: str, workbook: Path | None, no_window: bool, stdin: bool, as_json: bool) -> None:
    """Log in to both systems: tries the connections, saves the settings file and the passwords (in the keyring)."""
    from xlpy.login.start import log_in_anyhow
    from xlpy.runlog import run_log

    path = _profile_to_use(profile, workbook)
    with run_log("login"):
        saved = log_in_anyhow(path, window=not no_window, from_pipe=stdin, say=say)
    if saved is None:
        end(1, "Cancelled: nothing was changed.", {"state": "cancelled"}, as_json)
    if workbook is not None:
        _remember_in(workbook, saved.path)
    end(0, saved.text, {"state": "logged in", "profile": str(saved.path), "saved": list(saved.passwords)}, as_json)


@click.command()
@LOGIN_PROFILE
@OF_WORKBOOK
@JSON
def logout(profile: str, workbook: Path | None, as_json: bool) -> None:
    """Remove the saved passwords of a profile from the keyring of this PC."""
    from xlpy.login.start import log_out_of
    from xlpy.runlog import run_log

    with run_log("logout"):
        removed, text = log_out_of(_profile_to_use(profile, workbook))
    end(0, text, {"state": "logged out", "removed": list(removed)}, as_json)


def _profile_to_use(typed: str, workbook: Path | None) -> Path:
    from xlpy.profile.profiles import chosen_profile, profile_file

    if typed:
        return profile_file(typed)
    if workbook is not None:
        from xlpy.excel.engine.closed_file import open_closed
        from xlpy.excel.tables.home import profile_path

        with open_closed(workbook) as closed:
            if path := profile_path(closed.book):
                return Path(path)
    return chosen_profile()


def _remember_in(workbook: Path, profile: Path) -> None:
    """Write the profile's path on the sheet About."""
    from xlpy.excel.engine.closed_file import open_closed
    from xlpy.excel.tables.home import write_home
    from xlpy.excel.workbook.home_cells import Home

    with open_closed(workbook) as closed:
        write_home(closed.book, {Home.PROFILE: str(profile.resolve())})
        closed.save()


@click.command()
@PROFILE
@click.option(
    "--workbook",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Check this workbook, too, and fill its sheet Setup.",
)
@JSON
def doctor(profile: Path | None, workbook: Path | None, as_json: bool) -> None:
    """Check this PC, both systems, the rights and the posting ledger, line by line."""
    from xlpy.commands.setup_table import print_findings
    from xlpy.services.flows import connect

    if workbook is not None:
        press_closed("doctor", workbook, profile, as_json, told=print_findings)
    from xlpy.runlog import run_log

    with run_log("doctor"), progress_bar(quiet=as_json) as progress:
        told = connect.doctor(lambda: open_session(profile, progress))
    if not as_json:
        print_findings(told.data)
    end(told.exit_code, told.console, told.data, as_json)


@click.command("sl-setup")
@PROFILE
@click.option("--print", "print_only", is_flag=True, help="Print the SQL script for the database administrator.")
@click.option("--practice", is_flag=True, help="Grant the rights of Practice release, too.")
@click.option("--two-persons", is_flag=True, help="Demand of every PC that another login approves what is posted.")
@JSON
def sl_setup(profile: Path | None, print_only: bool, practice: bool, two_persons: bool, as_json: bool) -> None:
    """Install the posting ledger in the SL company database (safe to run twice), or print its script."""
    from xlpy.sl.ledger_book.setup_script import install_ledger, setup_script

    if print_only:
        click.echo(setup_script(practice=practice, two_persons=two_persons))
        return
    from xlpy.commands.setup_table import said_of_ledger
    from xlpy.runlog import run_log

    with run_log("sl-setup"), progress_bar(quiet=as_json) as progress, open_session(profile, progress) as session:
        done = install_ledger(session.sl, practice=practice, two_persons=two_persons)
    data = {
        "state": "installed" if done.changed else "nothing to do",
        "where": done.where,
        "version_before": done.before,
        "tables_made": list(done.made),
        "columns_added": list(done.columns),
    }
    end(0, said_of_ledger(done), data, as_json)


COMMANDS = (new, login, logout, doctor, sl_setup)
