"""A desk with a good workbook, good settings and a demo behind them; what bad input does to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bad_answers import BadAnswer, Between, between
from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import Engine, inspect, text

from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
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

    @property
    def fault(self) -> str:
        """What is wrong with the way it ended; empty: nothing."""
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

    @property
    def marked(self) -> Path:
        """A workbook that was refreshed by a kind Manage, with every row included; it is made once."""
        path = self.folder / "Marked.xlsm"
        if not path.exists():
            path.write_bytes(self.good)
            self.run("refresh", str(path), "--profile", str(self.folder / "settings.toml"))
            book = load_workbook(path, keep_vba=True)
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
        yield Desk(folder, engine, settings, template, (folder / "Good.xlsm").read_bytes(), line)
