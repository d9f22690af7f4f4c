"""A desk with a workbook, settings, data of the user, an SL company and a demo site, put back to moments in one step.

Commands run as an accountant would run them, each in a forked child of a warm process: nothing is imported again, and
a child that dies leaves what a PC leaves that loses its power.
"""

from __future__ import annotations

import copy
import json
import multiprocessing
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from crash_places import DEAD, At, dying_at, losing_at, watch
from macro_books import load_macro_book
from openpyxl import load_workbook

from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.store import Site
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.excel.engine import file_read
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW
from xlpy.excel.workbook.sheets import EXPENSES, INVENTORY, INVOICES

SETTINGS, BOOK, COMPANY = "settings.toml", "Month.xlsm", "SL.sqlite"
NOW = "now"  # the folder that the commands work in
MARKED = (INVOICES, EXPENSES, INVENTORY)


@dataclass(frozen=True)
class Ended:
    """How a command ended, what it said, and the places it came by."""

    code: int
    said: str
    places: tuple[str, ...] = ()


@dataclass
class Desk:
    """``folder / NOW`` is the desk; the other folders are its moments."""

    folder: Path
    site: Site
    moments: dict[str, Any] = field(default_factory=dict)
    asked: int = 0
    read: dict[bytes, Any] = field(default_factory=dict)  # the workbooks of the moments, by their bytes

    @property
    def now(self) -> Path:
        return self.folder / NOW

    def keep(self, moment: str) -> None:
        shutil.copytree(self.now, self.folder / moment)
        with self.site.lock:
            self.moments[moment] = copy.deepcopy(self.site.records)

    def put_back(self, moment: str) -> None:
        shutil.rmtree(self.now)
        shutil.copytree(self.folder / moment, self.now)
        with self.site.lock:
            self.site.records = copy.deepcopy(self.moments[moment])
            self.site.changed()

    # -- commands ----------------------------------------------------------------------------------------------------

    def run(self, *arguments: str, at: At | None = None) -> Ended:
        """Run one command to its end in a child."""
        self.asked += 1
        self._read_before(arguments)
        told = self.folder / f"told {self.asked}.json"
        code = self._child(lambda: _command(self.now, arguments, told, at, self.read))
        if code == DEAD:
            return Ended(DEAD, "")
        given = json.loads(told.read_text(encoding="utf-8"))
        told.unlink()
        return Ended(given["code"], given["said"], tuple(given["places"]))

    def _read_before(self, arguments: Sequence[str]) -> None:
        """Read the workbook that a child is about to read: each child has it from here, and need not read it anew."""
        path = self.now / BOOK
        if BOOK in arguments and path.exists():
            self.read = {path.read_bytes(): self.read.get(path.read_bytes()) or load_workbook(path, rich_text=False)}

    def places(self, *arguments: str) -> Ended:
        """Run it to its end and list its places."""
        return self.run(*arguments, at=_LISTED)

    def die(self, number: int, *arguments: str) -> Ended:
        return self.run(*arguments, at=dying_at(number))

    def lose(self, number: int, *arguments: str) -> Ended:
        return self.run(*arguments, at=losing_at(number))

    @staticmethod
    def _child(work: Callable[[], None]) -> int:
        child = multiprocessing.get_context("fork").Process(target=work)
        child.start()
        child.join()
        assert child.exitcode in (0, DEAD), f"the child ended with {child.exitcode}"
        return int(child.exitcode or 0)

    # -- hands -------------------------------------------------------------------------------------------------------

    def mark(self, *, batch: str = "", only: Collection[str] = ()) -> int:
        """Type Yes under Include on every row that Manage can export (or those with these ids); count them."""
        path = self.now / BOOK
        book = load_macro_book(path)
        count = 0
        for sheet in MARKED:
            include, key = (sheet.index(name) + 1 for name in ("Include", sheet.key))
            page = book[sheet.name]
            for row in range(FIRST_DATA_ROW, page.max_row + 1):
                record = str(page.cell(row, key).value or "")
                chosen = bool(record) and (not only or record in only)
                page.cell(row, include).value = "Yes" if chosen else None
                count += chosen
        if batch:
            self.type(Home.BATCH_IDENTIFIER, batch, book)
        book.save(path)
        return count

    def type(self, name: Home, value: str, book: Any) -> None:
        """Type into one of Home's inputs."""
        sheet, cell = next(iter(book.defined_names[name].destinations))
        book[sheet][cell.replace("$", "")].value = value

    # -- what an outsider sees ---------------------------------------------------------------------------------------

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with closing(opened(self.now / COMPANY)) as connection:
            return [tuple(_plain(value) for value in row) for row in connection.execute(query)]

    def unposted(self) -> list[TransactionKey]:
        """All that Manage still lists as unposted."""
        return [
            *(TransactionKey(Kind.INVOICE, str(i)) for i in sorted(self.site.unposted_invoice_ids())),
            *(TransactionKey(Kind.EXPENSE, str(i)) for i in sorted(self.site.unposted_expense_ids())),
            *(TransactionKey(Kind.PROCUREMENT, i) for i in sorted(self.site.unposted_product_ids())),
        ]


_LISTED: At = lambda _place: None  # noqa: E731 # told apart by identity: the places are listed


def _command(now: Path, arguments: Sequence[str], told: Path, at: At | None, read: dict[bytes, Any]) -> None:
    _read_once(read)
    os.environ["XLPY_DATA"] = str(now / "data")
    os.chdir(now)
    places: list[str] = []
    if at is not None:
        watch(str(now), places.append if at is _LISTED else at)
    environment = {"XLPY_MANAGE_PRIVATE_KEY": access.PRIVATE_KEY, "XLPY_PROFILE": str(now / SETTINGS)}
    result = CliRunner().invoke(main, list(arguments), env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        said, code = f"Traceback of {result.exception!r}", 99
    else:
        said, code = result.output, result.exit_code
    told.write_text(json.dumps({"code": code, "said": said, "places": places}), encoding="utf-8")


def _read_once(read: dict[bytes, Any]) -> None:
    """Give the product's reading of a file the workbook that the parent read of the same bytes, once."""

    def load(path: Path, **how: Any) -> Any:
        data = path.read_bytes()
        return (read.pop(data, None) if how == {"rich_text": False} else None) or load_workbook(path, **how)

    file_read.load_workbook = load  # type: ignore[assignment]


def opened(file: Path) -> sqlite3.Connection:
    """Open a company's file past the product."""
    connection = sqlite3.connect(file)
    connection.create_collation("SL", lambda a, b: (a.rstrip() > b.rstrip()) - (a.rstrip() < b.rstrip()))
    return connection


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else round(value, 6) if isinstance(value, float) else value


@contextmanager
def a_desk(folder: Path, *, invoices: int = 5, expenses: int = 5, procurement: int = 6) -> Iterator[Desk]:
    """Set up a desk whose ledger is not there yet and whose workbook is not made yet: the moment ``bare``."""
    site = generate_site(seed=3, invoices=invoices, expenses=expenses, procurement=procurement, mistakes=False)
    with serve(site) as running:
        now = folder / NOW
        (now / "data").mkdir(parents=True)
        url = f"sqlite:///{(now / COMPANY).as_posix()}"
        make_company(url, mistakes=False).dispose()
        bins = "".join(f'"{name}" = "{sl_bin}"\n' for name, _, sl_bin in firm.BINS.values())
        (now / SETTINGS).write_text(
            f'[manage]\nurl = "{running.url}"\ncompany = "{access.COMPANY}"\nclient_id = "{access.CLIENT_ID}"\n'
            f'public_key = "{access.PUBLIC_KEY}"\n[sl]\nurl = "{url}"\ncompany = "{firm.COMPANY_ID}"\n'
            f'user = "{firm.SL_USER}"\n[posting]\nrecord_id_column = "User1"\n'
            f'company_paid_account = "{firm.COMPANY_PAID_ACCOUNT}"\n[posting.bins]\n{bins}',
            encoding="utf-8",
        )
        desk = Desk(folder, site)
        desk.keep("bare")
        yield desk
