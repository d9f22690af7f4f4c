"""errors, results, log, audit, reconcile: what is kept and compared."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, WORKBOOK, end, end_with, open_session, press_closed, progress_bar

_FOLDER = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where it is saved (default: beside the workbook, else here).",
)
PERIOD = click.option("--period", default="", help="As SL shows it, such as 10-2026 (default: the current one of GL).")
PAGE = click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), help="Save it as a page to print and sign (.html), too."
)
_RUN = click.option("--run", "run_id", default="", help="Run id, as the sheet Results shows it.")


@click.command()
@WORKBOOK
@_RUN
@_FOLDER
@JSON
def errors(workbook: Path, run_id: str, folder: Path | None, as_json: bool) -> None:
    """Save what the last check or run found (or a run that this PC kept) as .xlsx and .csv, to be mailed."""
    from xlpy.excel.buttons.pressed import Choices

    choices = Choices(folder=str(folder.resolve()) if folder else "", run_id=run_id)
    press_closed("save_errors", workbook, None, as_json, choices)


@click.command()
@WORKBOOK
@_RUN
@PROFILE
@JSON
def results(workbook: Path, run_id: str, profile: Path | None, as_json: bool) -> None:
    """Fill the sheet Results again with a run (default: the last of this PC), from what this PC or the ledger knows."""
    from xlpy.excel.buttons.pressed import Choices

    press_closed("results", workbook, profile, as_json, Choices(run_id=run_id))


@click.command()
@_RUN
@click.option("--days", type=click.IntRange(1, 90), default=7, show_default=True, help="Days back, today included.")
@_FOLDER
@JSON
def log(run_id: str, days: int, folder: Path | None, as_json: bool) -> None:
    """Save the full log of a run, or of the last days, as JSON lines and as a text to read. No secrets."""
    from xlpy.services.flows.records import save_log

    told = save_log(folder or Path.cwd(), run_id=run_id, days=days)
    end(told.exit_code, told.console, told.data, as_json)


@click.group()
def audit() -> None:
    """Keep the record of a run for the auditors, and prove that one is untouched."""


@audit.command("export")
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--run", "run_id", default="last", show_default=True, help="Run id, as the sheet Results shows it.")
@_FOLDER
@click.option("--zip", "as_zip", is_flag=True, help="One zip file instead of a folder.")
@PROFILE
@JSON
def export(
    workbook: Path | None, run_id: str, folder: Path | None, as_zip: bool, profile: Path | None, as_json: bool
) -> None:
    """Save everything of a run: workbook, PDF, plan, log, manifest; and add its link to the chain in SL."""
    if workbook is not None:
        from xlpy.excel.buttons.pressed import Choices

        choices = Choices(folder=str(folder.resolve()) if folder else "", run_id=run_id, as_zip=as_zip)
        press_closed("audit", workbook, profile, as_json, choices)
    from xlpy.excel.audit.export import FOLDER, export_audit_record, record_json
    from xlpy.runlog import run_log

    with run_log("audit"), progress_bar(quiet=as_json) as progress, open_session(profile, progress) as session:
        record = export_audit_record(session, folder or Path.cwd() / FOLDER, run_id=run_id, as_zip=as_zip)
    end(0, record.text, record_json(record), as_json)


@audit.command("verify")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--profile",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Settings file: the chain in SL is asked, too. Without it no connection is needed.",
)
@JSON
def verify(path: Path, profile: Path | None, as_json: bool) -> None:
    """Prove that a record (its folder or zip file) is as it was made. Exit code 1: it is not, and says what is."""
    from xlpy.runlog import run_log
    from xlpy.services.records.audit_verify import verdict_json, verify_record

    with run_log("audit"), progress_bar(quiet=as_json) as progress:
        if profile is None:
            verdict = verify_record(path)
        else:
            with open_session(profile, progress) as session:
                verdict = verify_record(path, session)
    end(verdict.exit_code, verdict.text, verdict_json(verdict), as_json)


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


@click.command("tie-out")
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@PERIOD
@PAGE
@PROFILE
@JSON
def tie_out(workbook: Path | None, period: str, page: Path | None, profile: Path | None, as_json: bool) -> None:
    """Put Manage, posting ledger, SL's subledgers and general ledger of a period side by side, by account.

    Accounts that differ come first, each with its transactions. Exit code 0: every account agrees; 3: one does not.
    """
    if workbook is not None:
        from xlpy.excel.buttons.pressed import Choices

        choices = Choices(period=period, page=str(page.resolve()) if page else "")
        press_closed("tie_out", workbook, profile, as_json, choices)
    from xlpy.services.flows import records

    end_with("tie_out", profile, as_json, lambda session: records.tie_out(session, period=period, page=page))


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--through",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last day that counts (default: Home's Through date, else today).",
)
@PAGE
@PROFILE
@JSON
def accruals(
    workbook: Path | None, through: datetime | None, page: Path | None, profile: Path | None, as_json: bool
) -> None:
    """List what is unposted by period and age, receipts without a vendor invoice by account, and open down payments."""
    day = through.date() if through else None
    if workbook is not None:
        from xlpy.excel.buttons.pressed import Choices

        choices = Choices(through=day.isoformat() if day else "", page=str(page.resolve()) if page else "")
        press_closed("accruals", workbook, profile, as_json, choices)
    from xlpy.services.flows import records

    end_with(
        "accruals",
        profile,
        as_json,
        lambda session: records.accruals(session, through=day or session.today(), page=page),
    )


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@PROFILE
@JSON
def mappings(workbook: Path | None, profile: Path | None, as_json: bool) -> None:
    """List every active master of Manage with its SL partner, what is missing, and the likeliest SL record for it."""
    if workbook is not None:
        press_closed("mappings", workbook, profile, as_json)
    from xlpy.services.flows import records

    end_with("mappings", profile, as_json, records.mappings)


COMMANDS: tuple[click.Command, ...] = (errors, results, log, audit, reconcile, tie_out, accruals, mappings)
