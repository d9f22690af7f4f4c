"""The commands that are killed, the moment each begins with, and what people do afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from crash_desk import BOOK, COMPANY, SETTINGS, Desk, Ended
from openpyxl import load_workbook
from undo_stage import put_into_batch

from xlpy.demo import firm
from xlpy.demo.after_the_batch import PAID_AFTER
from xlpy.demo.company.release.run import release_everything
from xlpy.demo.company.some_payments import pay_some
from xlpy.excel.workbook.sheets import INVOICES
from xlpy.sl.connection.sqlite import sqlite_engine

Afterwards = Callable[[Desk, str], None]
REFUSED = {1, 2}


@dataclass(frozen=True)
class Story:
    """A command, begun with a moment of the desk; ``afterwards`` does what its user does when the PC is back."""

    moment: str
    command: tuple[str, ...]
    afterwards: Afterwards


def must(ended: Ended, where: str, *codes: int) -> Ended:
    """Refuse a command that ended otherwise than with one of these codes (default: 0)."""
    assert ended.code in (codes or (0,)), f"{where}: exit code {ended.code}: {ended.said}"
    assert "unexpected" not in ended.said, f"{where}: {ended.said}"
    assert "Traceback" not in ended.said, f"{where}: {ended.said}"
    return ended


def _again(*command: str) -> Afterwards:
    return lambda desk, where: void(must(desk.run(*command), where))


def void(_: object) -> None:
    """Return nothing."""


def _made(desk: Desk, where: str) -> None:
    """A workbook that is there already is whole; else it is made again."""
    if (desk.now / BOOK).exists():
        _is_whole(desk, where)
    else:
        must(desk.run("new", BOOK, "--profile", SETTINGS), where)


def _is_whole(desk: Desk, where: str) -> None:
    names = load_workbook(desk.now / BOOK, read_only=True).sheetnames
    assert INVOICES.name in names, f"{where}: {names}"


def _updated(desk: Desk, where: str) -> None:
    must(desk.run("new", BOOK, "--update"), where)
    book = load_workbook(desk.now / BOOK)
    marked = [row for row in book[INVOICES.name].iter_rows(values_only=True) if "Yes" in row[:3]]
    assert len(marked) == 5, f"{where}: {len(marked)} rows are marked"


def _pushed(desk: Desk, where: str) -> None:
    """Recover; what is still unposted is refreshed, marked and exported in a batch with the next free name."""
    must(desk.run("recover", BOOK), where)
    if desk.unposted():
        must(desk.run("refresh", BOOK), where)
        desk.mark(batch="OCT-B")
        must(desk.run("push", BOOK, "--yes"), where)
    assert desk.unposted() == [], where
    _once(desk, where)


def _once(desk: Desk, where: str) -> None:
    rows = desk.sql("SELECT Kind, RecordID, State FROM xlpy_Posting WHERE State <> 'undone'")
    assert len(rows) == len({row[:2] for row in rows}), f"{where}: {rows}"
    stamped = desk.sql("SELECT User1, count(*) FROM ARDoc WHERE User1 <> '' GROUP BY User1 HAVING count(*) > 1")
    assert stamped == [], f"{where}: {stamped}"


def _cleared(desk: Desk, where: str) -> None:
    must(desk.run("recover", BOOK), where)
    if desk.unposted():
        must(desk.run("refresh", BOOK), where)
        desk.mark(batch="OCT-B")
        must(desk.run("clear", BOOK, "--yes"), where)
    states = {state for (state,) in desk.sql("SELECT State FROM xlpy_Posting")}
    assert states == {"cleared"}, f"{where}: {states}"


def _undone(desk: Desk, where: str) -> None:
    must(desk.run("recover", BOOK), where)
    states = {state for (state,) in desk.sql("SELECT State FROM xlpy_Posting WHERE BatchIdentifier = 'OCT-P'")}
    if states != {"undone"}:
        must(desk.run("undo", BOOK, "--batch", "OCT-P", "--yes"), where)
    left = desk.sql("SELECT State FROM xlpy_Posting WHERE BatchIdentifier = 'OCT-P' AND State <> 'undone'")
    assert left == [], where


def _rerun(desk: Desk, where: str) -> None:
    must(desk.run("recover", BOOK), where)
    must(desk.run("rerun", "--batch", "OCT-I", "--yes"), where)
    _once(desk, where)


def _synced(desk: Desk, where: str) -> None:
    must(desk.run("sync", BOOK), where)
    left = desk.sql("SELECT count(*) FROM xlpy_PaymentTry WHERE SettledAt IS NULL")
    assert left == [(0,)], f"{where}: {left}"
    again = must(desk.run("sync", BOOK), where)
    assert "nothing has changed" in again.said.lower(), f"{where}: {again.said}"


def _recovered(desk: Desk, where: str) -> None:
    must(desk.run("recover", BOOK), where)
    again = must(desk.run("recover", BOOK), where)
    assert "Nothing was half done" in again.said, f"{where}: {again.said}"


def _kept(desk: Desk, where: str) -> None:
    """The run can be exported again, and what is in the chain verifies; what is not was told when it was exported."""
    again = must(desk.run("audit", "export", BOOK), where)
    linked = {manifest for (manifest,) in desk.sql("SELECT ManifestHash FROM xlpy_Audit")}
    for record in (desk.now / "Audit records").iterdir():
        if record.name.startswith("."):
            continue
        seal = (record / "manifest.sha256").read_text(encoding="ascii").split()[0]
        told = f"{record.name} beside it is not in SL's chain" in again.said
        assert told is (seal not in linked), f"{where}: {again.said}"
        verdict = must(desk.run("audit", "verify", str(record), "--profile", SETTINGS), where, 1 if told else 0)
        assert ("while this record was being exported" in verdict.said) is told, f"{where}: {verdict.said}"


STORIES: Mapping[str, Story] = {
    "sl-setup": Story("bare", ("sl-setup",), _again("sl-setup")),
    "new": Story("set up", ("new", BOOK, "--profile", SETTINGS), _made),
    "update": Story("marked", ("new", BOOK, "--update"), _updated),
    "refresh": Story("with a workbook", ("refresh", BOOK), _again("refresh", BOOK)),
    "preview": Story("marked", ("preview", BOOK), _again("preview", BOOK)),
    "push": Story("marked", ("push", BOOK, "--yes"), _pushed),
    "clear": Story("marked", ("clear", BOOK, "--yes"), _cleared),
    "undo": Story("pushed", ("undo", BOOK, "--batch", "OCT-P", "--yes"), _undone),
    "undo orders": Story("shared batch", ("undo", BOOK, "--batch", "OCT-P", "--yes"), _undone),
    "rerun": Story("lost", ("rerun", "--batch", "OCT-I", "--yes"), _rerun),
    "recover": Story("half done", ("recover", BOOK), _recovered),
    "sync": Story("paid", ("sync", BOOK), _synced),
    "audit": Story("pushed", ("audit", "export", BOOK), _kept),
}


def make_moments(desk: Desk) -> None:
    """Make every moment of the stories, in the order of a month."""

    def step(name: str, *command: str) -> None:
        must(desk.run(*command), name)

    step("sl-setup", "sl-setup")
    desk.keep("set up")
    step("new", "new", BOOK, "--profile", SETTINGS)
    desk.keep("with a workbook")
    step("refresh", "refresh", BOOK)
    assert desk.mark(batch="OCT") > 10
    desk.keep("marked")
    _half_done(desk)
    desk.put_back("marked")
    _share_a_batch(desk)
    desk.put_back("marked")
    step("push", "push", BOOK, "--yes")
    assert desk.unposted() == []
    desk.keep("pushed")
    _lose_a_batch(desk)
    desk.keep("lost")
    desk.put_back("pushed")
    engine = sqlite_engine(f"sqlite:///{(desk.now / COMPANY).as_posix()}")
    refused = [o for o in release_everything(engine, firm.COMPANY_ID) if o.messages or o.error]
    assert refused == []
    assert len(pay_some(engine, share=Decimal(1), on=firm.THROUGH_DATE + PAID_AFTER)) > 2
    engine.dispose()
    desk.keep("paid")


def _half_done(desk: Desk) -> None:
    """An export that died when everything was in SL and Manage had not heard of the first batch."""
    places = desk.places("push", BOOK, "--yes").places
    desk.put_back("marked")
    posts = (n for n, place in zip(count(1), places, strict=False) if place.startswith("before POST"))
    number = next(n for n in posts if places[n - 1].endswith("/accounting/batches"))
    desk.die(number, "push", BOOK, "--yes")
    assert desk.unposted() != []
    desk.keep("half done")


def _share_a_batch(desk: Desk) -> None:
    """Receipts are exported, and somebody puts another GL entry into their batch in Manage: it can't be deleted."""
    receipts = {str(key.record_id) for key in desk.unposted() if key.record_id.endswith("-purchase")}
    assert desk.mark(batch="OCT", only=receipts) > 1
    must(desk.run("push", BOOK, "--yes"), "push of receipts")
    put_into_batch(desk.site, "OCT-P")
    desk.keep("shared batch")


def _lose_a_batch(desk: Desk) -> None:
    """Somebody deletes an AR batch behind the back of SL; the reservations of its references stay."""
    with closing(sqlite3.connect(desk.now / COMPANY)) as connection:
        connection.create_collation("SL", lambda a, b: (a.rstrip() > b.rstrip()) - (a.rstrip() < b.rstrip()))
        (batch,) = connection.execute("SELECT DISTINCT BatNbr FROM ARDoc WHERE User1 <> '' ORDER BY 1").fetchone()
        for table in ("ARDoc", "ARTran"):
            assert connection.execute(f"DELETE FROM {table} WHERE BatNbr = ?", (batch,)).rowcount > 0
        connection.execute("DELETE FROM Batch WHERE Module = 'AR' AND BatNbr = ?", (batch,))
        connection.commit()
