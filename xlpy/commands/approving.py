"""ask, approve: two persons."""

from __future__ import annotations

from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, end_with, press_closed
from xlpy.excel.buttons.pressed import Choices
from xlpy.services.flows.told import Confirm


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--undo", default="", metavar="BATCH", help="Ask for the undo of this batch in Manage.")
@click.option("--rerun", default="", metavar="BATCH", help="Ask for the rerun of this batch in Manage.")
@click.option("--clear", is_flag=True, help="Ask for clearing what is marked in the workbook without export.")
@click.option(
    "--take-over", multiple=True, metavar="NUMBER", help="Ask for taking over the payment of this invoice; repeatable."
)
@click.option("--again", multiple=True, help="Of a rerun: id or number to post anew; or 'all'.")
@PROFILE
@JSON
def ask(
    workbook: Path | None,
    undo: str,
    rerun: str,
    clear: bool,
    take_over: tuple[str, ...],
    again: tuple[str, ...],
    profile: Path | None,
    as_json: bool,
) -> None:
    """Ask for approval of an export (what is marked in the workbook), or of an undo, rerun, clearing or take-over."""
    from xlpy.domain.values.approvals import ForApproval

    asked = [
        wanted
        for wanted, given in (
            (ForApproval.UNDO, undo),
            (ForApproval.RERUN, rerun),
            (ForApproval.CLEAR, clear),
            (ForApproval.TAKE_OVER, take_over),
        )
        if given
    ]
    if len(asked) > 1:
        raise click.UsageError("Ask for one thing: --undo, --rerun, --clear or --take-over.")
    wanted = asked[0] if asked else ForApproval.EXPORT
    if workbook is not None:
        choices = Choices(ask_for=str(wanted) if asked else "", batch=undo or rerun, take_over=take_over, again=again)
        press_closed("ask", workbook, profile, as_json, choices)
    if wanted in (ForApproval.EXPORT, ForApproval.CLEAR):
        raise click.UsageError("An export and a clearing are of what is marked in a workbook: name it.")
    from xlpy.services.approving.wishes import Wish
    from xlpy.services.flows import approval
    from xlpy.services.history.rerun_plan import RerunMarks

    wish = Wish(wanted, batch=undo or rerun, marks=RerunMarks(again=again), take_over=take_over)
    end_with("ask", profile, as_json, lambda session: approval.ask(session, wish))


@click.command()
@click.argument("workbook", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--request", type=click.IntRange(min=1), help="Number of the request (default: list the open ones).")
@click.option("--yes", is_flag=True, help="Sign it; without this only what would be signed is shown.")
@PROFILE
@JSON
def approve(workbook: Path | None, request: int | None, yes: bool, profile: Path | None, as_json: bool) -> None:
    """Show exactly what somebody else asked for, built again from both systems, and sign it."""
    if workbook is not None:
        press_closed("approve", workbook, profile, as_json, Choices(yes=yes, request=request or 0))
    from xlpy.services.flows import approval

    if request is None:
        end_with("approve", profile, as_json, approval.requests)
    confirm = Confirm(lambda _word: yes, lambda _word: " To sign it, run it again with --yes.")
    end_with("approve", profile, as_json, lambda session: approval.approve(session, request).run(confirm))


COMMANDS = (ask, approve)
