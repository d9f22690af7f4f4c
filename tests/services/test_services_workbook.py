"""The ribbon's buttons on a closed workbook: by the command line, and by the macro as Excel calls it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from macro_books import load_book, load_macro_book, look_at

from xlpy import macros
from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW, Sheet
from xlpy.excel.workbook.sheets import INVOICES, LOG, PREVIEW, PROBLEMS, RESULTS


class Desk:
    """A workbook on an accountant's desk, and what she does with it."""

    def __init__(self, story: Any, new_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.story = story
        self.path = new_workbook
        self.path.with_name("settings.toml").write_text(
            f'[manage]\nurl = "{story.url}"\ncompany = "{access.COMPANY}"\nclient_id = "{access.CLIENT_ID}"\n'
            f'public_key = "{access.PUBLIC_KEY}"\n[sl]\nurl = "{story.company_url}"\ncompany = "{firm.COMPANY_ID}"\n'
            f'user = "{firm.SL_USER}"\n[posting]\nrecord_id_column = "User1"\n',
            encoding="utf-8",
        )
        monkeypatch.setenv("XLPY_MANAGE_PRIVATE_KEY", access.PRIVATE_KEY)

    def press(self, command: str, *more: str) -> Result:
        return CliRunner().invoke(main, [command, str(self.path), *more])

    def cells(self, sheet: Sheet) -> list[dict[str, Any]]:
        rows = look_at(self.path)[sheet.name].iter_rows(min_row=FIRST_DATA_ROW, values_only=True)
        named = [dict(zip((c.name for c in sheet.columns), row, strict=False)) for row in rows]
        return [row for row in named if any(value is not None for value in row.values())]

    def mark(self, marks: dict[str, str]) -> None:
        """Type into the Include column with another program, as a user does in Excel."""
        book = load_macro_book(self.path)
        sheet = book[INVOICES.name]
        include, number = INVOICES.index("Include") + 1, INVOICES.index("Number") + 1
        for row in range(FIRST_DATA_ROW, sheet.max_row + 1):
            if str(sheet.cell(row, number).value) in marks:
                sheet.cell(row, include).value = marks[str(sheet.cell(row, number).value)]
        book.save(self.path)


@pytest.fixture
def desk(story: Any, new_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(story, new_workbook, monkeypatch)


def test_refresh_check_preview_push_on_a_closed_file(desk: Desk) -> None:
    assert desk.press("refresh").exit_code == 0
    rows = desk.cells(INVOICES)
    assert {int(row["Id"]) for row in rows} == set(desk.story.unposted())
    chosen = [str(row["Number"]) for row in rows[:6]]
    desk.mark(dict.fromkeys(chosen, "Yes"))

    checked = desk.press("check", "--json")
    assert checked.exit_code == 0, checked.output
    assert not [row for row in desk.cells(PROBLEMS) if row["Severity"] == "Stop"]

    previewed = json.loads(desk.press("preview", "--json").stdout)
    journal = desk.cells(PREVIEW)
    assert {row["Transaction"] for row in journal if row["Source"] == "Written"} <= set(chosen)
    assert round(sum(row["Base debit"] or 0 for row in journal), 2) == round(
        sum(row["Base credit"] or 0 for row in journal), 2
    )

    pushed = desk.press("push", "--json")
    assert pushed.exit_code == 0, pushed.output
    said = json.loads(pushed.stdout)
    assert said["state"] == "completed"
    assert said["plan_hash"] == previewed["plan_hash"]
    assert {result["transaction"] for result in said["results"]} == set(chosen)
    assert [batch["identifier"] for batch in said["manage_batches"]] == ["OCT-I"]
    results = desk.cells(RESULTS)
    assert results[0]["Kind"] == "Run"
    assert {str(row["Transaction"]) for row in results[1:]} == set(chosen)
    statuses = {str(row["Number"]): (row["Status"], row["Include"]) for row in desk.cells(INVOICES)}
    assert all(statuses[number][0] in ("Exported", "Nothing to post") for number in chosen)
    assert all(statuses[number][1] in (None, "") for number in chosen)
    assert desk.cells(LOG)


def test_marks_survive_a_refresh_and_posted_rows_leave(desk: Desk) -> None:
    desk.press("refresh")
    numbers = [str(row["Number"]) for row in desk.cells(INVOICES)]
    desk.mark({numbers[2]: "x", numbers[5]: "Yes"})
    desk.story.push([int(row["Id"]) for row in desk.cells(INVOICES)[:2]], batch="OTHER")
    desk.press("refresh")
    rows = desk.cells(INVOICES)
    assert [str(row["Number"]) for row in rows if row["Include"]] == [numbers[2], numbers[5]]
    assert numbers[0] not in {str(row["Number"]) for row in rows}


def test_a_mark_that_is_not_understood_stops_before_anything(desk: Desk) -> None:
    desk.press("refresh")
    numbers = [str(row["Number"]) for row in desk.cells(INVOICES)]
    desk.mark({numbers[0]: "maybe", numbers[1]: "Yes"})
    result = desk.press("push")
    assert result.exit_code == 1
    assert "maybe" in result.output
    assert numbers[0] in result.output
    assert desk.story.documents() == {}


def test_an_amount_changed_in_a_cell_changes_nothing_that_is_posted(desk: Desk) -> None:
    """Design, invariant 7: the workbook contributes the marks and Home's inputs, nothing else."""
    desk.press("refresh")
    row = next(r for r in desk.cells(INVOICES) if r["Total"] and r["Total"] > 0)
    desk.mark({str(row["Number"]): "Yes"})
    book = load_macro_book(desk.path)
    sheet = book[INVOICES.name]
    for number in range(FIRST_DATA_ROW, sheet.max_row + 1):
        for column in ("Total", "Subtotal", "Tax", "Base total"):
            sheet.cell(number, INVOICES.index(column) + 1).value = 1.23
    book.save(desk.path)
    assert desk.press("push").exit_code == 0
    (document,) = desk.story.documents()[str(row["Id"])]
    assert round(document[3], 2) == round(abs(row["Total"]), 2)


def test_a_workbook_open_elsewhere_is_refused_before_the_first_statement(desk: Desk) -> None:
    desk.press("refresh")
    numbers = [str(row["Number"]) for row in desk.cells(INVOICES)]
    desk.mark({numbers[0]: "Yes"})
    lock = desk.path.with_name(f"~${desk.path.name}")
    lock.write_bytes(b"kmorales")
    result = desk.press("push")
    assert result.exit_code == 2
    assert "Close it" in result.output
    assert desk.story.documents() == {}


def test_results_go_to_a_sibling_file_when_the_workbook_can_t_be_replaced_afterwards(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.press("refresh")
    numbers = [str(row["Number"]) for row in desk.cells(INVOICES)]
    desk.mark({numbers[0]: "Yes"})
    before = desk.path.read_bytes()
    replace = os.replace

    def refuse(source: Any, target: Any, **more: Any) -> None:
        if Path(target) == desk.path:
            raise PermissionError(13, "The process cannot access the file because it is being used")
        replace(source, target, **more)

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    result = desk.press("push")
    monkeypatch.undo()
    assert result.exit_code == 3, result.output
    (beside,) = [p for p in desk.path.parent.glob("Month end*.xlsm") if p != desk.path]
    assert str(beside) in result.output
    assert desk.path.read_bytes() == before
    assert load_book(beside)[RESULTS.name].cell(FIRST_DATA_ROW, 1).value
    assert len(desk.story.documents()) == 1


def test_a_read_only_workbook_is_refused(desk: Desk) -> None:
    desk.path.chmod(stat.S_IREAD)
    try:
        result = desk.press("refresh")
        assert result.exit_code == 2
        assert "can't be replaced" in result.output
    finally:
        desk.path.chmod(stat.S_IREAD | stat.S_IWRITE)


def test_manage_down_is_told_in_words_and_logged(desk: Desk) -> None:
    from xlpy.demo.site.door.faults import Fault, FaultKind

    desk.story.site.faults.add(Fault(FaultKind.UNAUTHORIZED, times=None))
    result = desk.press("refresh")
    assert result.exit_code == 2
    assert "401" in result.output
    assert "Traceback" not in result.output
    assert any(row["Level"] == "Error" for row in desk.cells(LOG))


def test_the_macro_catches_everything_and_alerts_once(desk: Desk) -> None:
    """``macros.run`` is what Excel calls: any other end than a normal one shows a traceback box."""
    alerts: list[Any] = []
    with open_closed(desk.path, on_alert=alerts.append) as closed:
        assert macros.run("refresh", closed.book).exit_code == 0  # type: ignore[union-attr]
        assert len(alerts) == 1
        desk.story.site.faults.add(_down())
        assert macros.run("refresh", closed.book) is None
        assert len(alerts) == 2
        assert macros.run("no such button", closed.book) is None
        assert len(alerts) == 3


def _down() -> Any:
    from xlpy.demo.site.door.faults import Fault, FaultKind

    return Fault(FaultKind.FORBIDDEN, times=None)


def test_select_and_deselect_buttons(desk: Desk) -> None:
    with open_closed(desk.path) as closed:
        macros.run("refresh", closed.book)
        macros.run("select_all", closed.book)
        closed.save()
    assert {row["Include"] for row in desk.cells(INVOICES)} == {"Yes"}
    with open_closed(desk.path) as closed:
        macros.run("deselect_all", closed.book)
        closed.save()
    assert {row["Include"] for row in desk.cells(INVOICES)} <= {None, ""}


def test_check_setup_of_the_demo_s_systems(desk: Desk) -> None:
    result = CliRunner().invoke(main, ["doctor", "--json", "--profile", str(desk.path.with_name("settings.toml"))])
    findings = json.loads(result.stdout)["findings"]
    assert result.exit_code == 0, findings
    assert {"Posting ledger", "AR AutoRef", "Accounting package"} <= {f["subject"] for f in findings}
    assert any(f["subject"].startswith("Screen 08.010") and f["verdict"] == "ok" for f in findings)


@pytest.mark.parametrize("what", ["AutoRef", "ledger", "user"])
def test_check_setup_says_how_to_mend_what_is_wrong(desk: Desk, what: str) -> None:
    from sqlalchemy import text

    from xlpy.demo.company import repairs

    if what == "AutoRef":
        repairs.set_auto_ref(desk.story.engine, "AR", on=True)
    elif what == "ledger":
        with desk.story.engine.begin() as connection:
            connection.execute(text("DROP TABLE xlpy_Payment"))
    else:
        with desk.story.engine.begin() as connection:
            connection.execute(text("DELETE FROM vs_userrec"))
    result = CliRunner().invoke(main, ["doctor", "--json", "--profile", str(desk.path.with_name("settings.toml"))])
    wrong = [f for f in json.loads(result.stdout)["findings"] if f["verdict"] == "problem"]
    assert result.exit_code == 1
    assert [f["fix"] for f in wrong if f["fix"]]
    assert any(what.lower() in (f["subject"] + f["text"]).lower() for f in wrong)
