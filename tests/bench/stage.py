"""A demo site and company of any size, and what the plan of all its invoices needs, for the benchmarks."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.domain.documents.plan import PlanOptions
from xlpy.domain.facts.manage import ExportInvoice
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.planning.needs import invoice_needs
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.manage.client import ManageClient
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings, Profile, SlSettings
from xlpy.sl.connection.engine import SlCompany, open_company
from xlpy.sl.reading.books import read_books

THROUGH = date(2027, 1, 31)
RULES = PostingRules(record_id_column="User1")


@dataclass
class Stage:
    """Everything that a plan is made of, already read."""

    company: SlCompany
    request: PlanRequest

    @property
    def lines(self) -> int:
        return sum(len(invoice.lines) for invoice in self.request.export)


def profile_of(url: str, company_url: str) -> Profile:
    return Profile(
        manage=ManageSettings(
            url=url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
        ),
        sl=SlSettings(url=company_url, company=firm.COMPANY_ID, user=firm.SL_USER),
        posting=RULES,
    )


def make_sl(folder: Path) -> str:
    """Make a demo company in a process of its own: the tables that it is made of take more memory than the product."""
    url = f"sqlite:///{(folder / 'sl.sqlite').as_posix()}"
    _elsewhere(_make_sl, url)
    return url


def make_workbook(folder: Path) -> Path:
    """Build a new workbook in a process of its own, too."""
    path = folder / "Month end.xlsm"
    _elsewhere(_build_workbook, path)
    return path


def _elsewhere(work: Callable[..., None], *arguments: object) -> None:
    making = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    making.start()
    making.join()
    assert making.exitcode == 0


def _build_workbook(path: Path) -> None:
    from xlpy.excel.workbook.builder import build_workbook

    build_workbook(path)


def _make_sl(url: str) -> None:
    from xlpy.demo.company.seed.company import make_company
    from xlpy.sl.ledger_book.ledger import create_ledger

    engine = make_company(url, mistakes=False)
    create_ledger(engine)
    engine.dispose()


def _serve(invoices: int, more: dict[str, int], say: Connection, stop: Event) -> None:
    from xlpy.demo.site.door.server import serve
    from xlpy.demo.site.making.generate import generate_site

    with serve(generate_site(invoices=invoices, mistakes=False, **more)) as running:
        say.send(running.url)
        stop.wait()


@contextmanager
def served_elsewhere(invoices: int, **more: int) -> Iterator[str]:
    """Run the demo site in a process of its own, so that memory and time measured here are the product's."""
    start = multiprocessing.get_context("spawn")
    here, there = start.Pipe()
    stop = start.Event()
    process = start.Process(target=_serve, args=(invoices, more, there, stop))
    process.start()
    try:
        yield here.recv()
    finally:
        stop.set()
        process.join()


@contextmanager
def stage(folder: Path, invoices: int, company_url: str = "") -> Iterator[Stage]:
    """Open a company (a new one in ``folder`` when none is named) and read what a plan of so many invoices needs."""
    company_url = company_url or make_sl(folder)
    with served_elsewhere(invoices) as site_url:
        profile = profile_of(site_url, company_url)
        with ManageClient(profile.manage, ManageSecrets(private_key=access.PRIVATE_KEY)) as manage:
            rows = {row.billing_log_id: row for row in manage.unposted_invoices()}
            export = manage.export_invoices(list(rows), through=THROUGH, detail="Default", batch_identifier="bench")
            masters = manage.read_masters(export)
            host, site = manage.host, manage.company
    included = tuple(IncludedRow(TransactionKey(Kind.INVOICE, str(key)), False, row) for key, row in rows.items())
    company = open_company(profile.sl)
    try:
        with company.engine.connect() as connection:
            books = read_books(connection, company, invoice_needs(export, included, masters, RULES))
        request = PlanRequest(
            manage_host=host,
            manage_company=site,
            cpny_id=firm.COMPANY_ID,
            options=PlanOptions("BENCH", THROUGH),
            invoices=included,
            exported_invoices=export,
            masters=masters,
            books=books,
            posting=RULES,
            master_rules=MasterRules(),
        )
        ready = Stage(company, request)
        del rows, export, masters, included, books, request  # what is measured has what it was given, and nobody else
        yield ready
    finally:
        company.engine.dispose()


def widened(export: tuple[ExportInvoice, ...], lines_each: int) -> tuple[ExportInvoice, ...]:
    """Give every invoice about ``lines_each`` lines by cutting its largest line into equal cents; totals stay."""
    from dataclasses import replace

    wide = []
    for invoice in export:
        missing = lines_each - len(invoice.lines)
        if missing <= 0:
            wide.append(invoice)
            continue
        at = max(
            range(len(invoice.lines)), key=lambda i: abs(invoice.lines[i].total) if not invoice.lines[i].is_tax else -1
        )
        whole = invoice.lines[at]
        part = (whole.total / (missing + 1)).quantize(whole.total) if whole.total else whole.total
        parts = [
            replace(whole, total=part, quantity=whole.quantity * 0, id=whole.id * 100 + n + 1) for n in range(missing)
        ]
        rest = replace(whole, total=whole.total - part * missing)
        wide.append(replace(invoice, lines=(*invoice.lines[:at], rest, *parts, *invoice.lines[at + 1 :])))
    return tuple(wide)
