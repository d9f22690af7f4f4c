"""A desk with a good workbook, good settings and a demo behind them; what bad input does to it."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bad_answers import BadAnswer, Between, between
from bad_companies import BadCompany
from click.testing import CliRunner
from macro_books import load_macro_book
from sqlalchemy import Engine, inspect, text

from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.store import Site
from xlpy.excel.workbook.builder import build_workbook
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW
from xlpy.excel.workbook.sheets import EXPENSES, INVENTORY, INVOICES
from xlpy.resources import resource_folder
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.ledger import create_ledger

ENVIRONMENT = {"XLPY_MANAGE_PRIVATE_KEY": access.PRIVATE_KEY, "XLPY_PROFILE": ""}
NAMED = {0, 1, 2, 3}


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and all that it said."""

    code: int
    said: str
    left: str = ""  # what it left behind and should not have

    @property
    def fault(self) -> str:
        """What is wrong with the way it ended; empty: nothing."""
        if self.left:
            return f"{self.left}; it said: {self.said}"
        if self.code not in NAMED:
            return f"exit code {self.code}"
        for word in ("unexpected", "Traceback"):
            if word in self.said:
                return self.said
        return "" if self.code == 0 or self.said.strip() else "it said nothing"


@dataclass
class Desk:
    """``folder`` has the good workbook and settings; bad ones are put beside them."""

    folder: Path
    engine: Engine
    settings: str
    template: str
    good: bytes
    line: Between
    site: Site

    def check(self, data: bytes) -> Ended:
        """Press *Check mappings* on a workbook of these bytes."""
        path = self.folder / "Bad.xlsm"
        path.write_bytes(data)
        return self.run("check", str(path), "--profile", str(self.folder / "settings.toml"))

    def refresh(self, settings: bytes) -> Ended:
        """Press *Refresh* on the good workbook with settings of these bytes."""
        path, book = self.folder / "bad.toml", self.folder / "Good.xlsm"
        path.write_bytes(settings)
        book.write_bytes(self.good)
        return self.run("refresh", str(book), "--profile", str(path))

    def refresh_and_preview(self, bad: BadAnswer | None) -> Ended:
        """Press *Refresh* and *Preview* on the good workbook while an answer of Manage is spoiled."""
        book, settings = self.folder / "Good.xlsm", str(self.folder / "settings.toml")
        self.line.path, self.line.spoil = (bad.path, bad.spoil) if bad else ("", None)
        book.write_bytes(self.good)
        try:
            ended = self.run("refresh", str(book), "--profile", settings)
            return ended if ended.fault else self.run("preview", str(self.marked), "--profile", settings)
        finally:
            self.line.spoil = None

    def company(self, bad: BadCompany) -> tuple[Ended, Ended, Ended]:
        """Press *Check setup*, *Preview* and *Run export* where SL's company is a bad one.

        Manage's site stays as it is. The last one's fault is also what it left behind: something although it says
        that nothing was written, a document that does not balance, a transaction that is there twice.
        """
        file, profile, book = (self.folder / name for name in ("Company.sqlite", "company.toml", "Company.xlsm"))
        book.write_bytes(self.marked.read_bytes())
        bad.make(self.folder / "SL.sqlite", file)
        profile.write_text(self.settings.replace("SL.sqlite", file.name), encoding="utf-8")
        before, records = _rows(file), copy.deepcopy(self.site.records)
        try:
            checked = self.run("doctor", "--profile", str(profile))
            previewed = self.run("preview", str(book), "--profile", str(profile))
            pushed = self.run("push", str(book), "--profile", str(profile))
            left = _left_behind(file, before, pushed.code, marked=len(self.site.records.batches) > len(records.batches))
        finally:
            with self.site.lock:
                self.site.records = records
                self.site._version += 1
        return checked, previewed, Ended(pushed.code, pushed.said, left)

    @property
    def marked(self) -> Path:
        """A workbook that was refreshed by a kind Manage, with every row included; it is made once."""
        path = self.folder / "Marked.xlsm"
        if not path.exists():
            path.write_bytes(self.good)
            self.run("refresh", str(path), "--profile", str(self.folder / "settings.toml"))
            book = load_macro_book(path)
            for sheet in (INVOICES, EXPENSES, INVENTORY):
                include, number = sheet.index("Include") + 1, sheet.index("Id") + 1
                for row in range(FIRST_DATA_ROW, book[sheet.name].max_row + 1):
                    if book[sheet.name].cell(row, number).value:
                        book[sheet.name].cell(row, include).value = "Yes"
            book.save(path)
        return path

    def run(self, *arguments: str) -> Ended:
        """Run a command of the product as a user's console would."""
        result = CliRunner().invoke(main, list(arguments), env=ENVIRONMENT)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            return Ended(99, f"Traceback of {result.exception!r}")
        return Ended(result.exit_code, result.output)

    def sl_rows(self) -> dict[str, int]:
        """Count the rows of every table of the SL company."""
        with self.engine.connect() as connection:
            names = inspect(connection).get_table_names()
            return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}


@contextmanager
def a_desk(folder: Path) -> Iterator[Desk]:
    """Set the desk up; take it down at the end."""
    with ExitStack() as stack:
        site = generate_site(seed=5, invoices=6, expenses=4, procurement=6, mistakes=False)
        line = stack.enter_context(between(stack.enter_context(serve(site)).url))
        url = line.url
        path = folder / "SL.sqlite"
        company_url = f"sqlite:///{path.as_posix()}"
        made = make_company(company_url, mistakes=False)
        create_ledger(made)
        made.dispose()
        engine = sqlite_engine(company_url)
        stack.callback(engine.dispose)
        settings = (
            f'[manage]\nurl = "{url}"\ncompany = "{access.COMPANY}"\nclient_id = "{access.CLIENT_ID}"\n'
            f'public_key = "{access.PUBLIC_KEY}"\n[sl]\nurl = "{company_url}"\n'
            f'company = "{firm.COMPANY_ID}"\nuser = "{firm.SL_USER}"\n[posting]\n'
        )
        (folder / "settings.toml").write_text(settings, encoding="utf-8")
        build_workbook(folder / "Good.xlsm")
        template = (resource_folder("templates") / "settings.toml").read_text(encoding="utf-8")
        yield Desk(folder, engine, settings, template, (folder / "Good.xlsm").read_bytes(), line, site)


Rows = dict[str, int]


def _opened(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    connection.create_collation("SL", lambda a, b: (a.rstrip() > b.rstrip()) - (a.rstrip() < b.rstrip()))
    return connection


def _rows(file: Path) -> Rows:
    with closing(_opened(file)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


BALANCES = {
    "invoices": """
        SELECT d.RefNbr FROM ARDoc d WHERE d.Crtd_Prog LIKE '08010%' AND d.Rlsed = 0 AND abs(d.CuryOrigDocAmt
        - d.CuryTaxTot00 - d.CuryTaxTot01 - d.CuryTaxTot02 - d.CuryTaxTot03 - (SELECT total(t.CuryTranAmt) FROM ARTran t
        WHERE t.BatNbr = d.BatNbr AND t.RefNbr = d.RefNbr AND t.TranType = d.DocType)) > 0.004""",
    "journals": """
        SELECT BatNbr FROM GLTran WHERE Posted <> 'P' AND Module = 'GL' GROUP BY BatNbr
        HAVING abs(total(CuryDrAmt) - total(CuryCrAmt)) > 0.004 OR abs(total(DrAmt) - total(CrAmt)) > 0.004""",
    "batches of receivables": """
        SELECT b.BatNbr FROM Batch b WHERE b.Module = 'AR' AND b.EditScrnNbr LIKE '08010%' AND b.Rlsed = 0
        AND abs(b.CuryCtrlTot - (SELECT total(d.CuryOrigDocAmt) FROM ARDoc d WHERE d.BatNbr = b.BatNbr)) > 0.004""",
    "batches of payables": """
        SELECT b.BatNbr FROM Batch b WHERE b.Module = 'AP' AND b.EditScrnNbr LIKE '03010%' AND b.Rlsed = 0
        AND abs(b.CuryCtrlTot - (SELECT total(d.CuryOrigDocAmt) FROM APDoc d WHERE d.BatNbr = b.BatNbr)) > 0.004""",
}
TWICE = """
    SELECT Kind, RecordId FROM xlpy_Posting WHERE State IN ('posted', 'closed') GROUP BY Kind, RecordId
    HAVING count(*) > 1"""


def _left_behind(file: Path, before: Rows, code: int, *, marked: bool) -> str:
    """Say what an export left in SL and Manage that it should not have; empty: nothing."""
    now = _rows(file)
    grown = {name: rows for name, rows in now.items() if rows != before.get(name) and name != "xlpy_Lock"}
    posted = now.get("xlpy_Posting", 0) > before.get("xlpy_Posting", 0)
    if not posted and (grown or marked):
        return f"no posting in the ledger, but rows in {sorted(grown)}" + (", and Manage was marked" if marked else "")
    if not posted:
        return ""
    if code not in (0, 3):
        return f"it posted, and ended with {code}"
    with closing(_opened(file)) as connection:
        for what, sql in BALANCES.items():
            try:
                if wrong := connection.execute(sql).fetchall():
                    return f"{what} that do not balance: {wrong}"
            except sqlite3.OperationalError as error:  # the column is the one that the case renamed
                if "no such" not in str(error):
                    raise
        if twice := connection.execute(TWICE).fetchall():
            return f"there twice: {twice}"
    return ""
