"""The group History of the ribbon: batches, rerun, undo, clear and recover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xlpy.excel.pressed import Choices, Handler, Pressed
from xlpy.excel.selection import show_transactions
from xlpy.excel.sheets import Status

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.services.session import Session


def _recover(session: Session, book: xw.Book, _choices: Choices) -> Pressed:
    from xlpy.services.recover import recover
    from xlpy.services.run_json import recover_json

    report = recover(session)
    show_transactions(book, {posting.key: {"Status": Status.EXPORTED, "Message": ""} for posting in report.closed})
    return Pressed(report.exit_code, report.text, recover_json(report))


BUTTONS: Mapping[str, Handler] = {"recover": _recover}
