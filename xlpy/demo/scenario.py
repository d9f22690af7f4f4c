"""``xlpy demo``: the whole job on the demo site and company, the way a user would do it, in one go."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlpy.demo import firm
from xlpy.demo.after_the_batch import release_and_pay, sync_and_prove
from xlpy.domain.values.screens import screen
from xlpy.services.run.session import Progress, Session, no_progress

if TYPE_CHECKING:
    import xlwings as xw
    from sqlalchemy import Engine

    from xlpy.demo.site.store import Site
    from xlpy.excel.buttons.pressed import Choices, Pressed

Say = Callable[[str], None]

WORKBOOK = "Manage to SL.xlsm"
PROFILE = "profile.toml"
COMPANY = "sl-company.sqlite"
SITE = "manage-site.json"


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """The files of a demo."""

    folder: Path

    @property
    def workbook(self) -> Path:
        """The workbook."""
        return self.folder / WORKBOOK

    @property
    def profile(self) -> Path:
        """The settings file."""
        return self.folder / PROFILE

    @property
    def company(self) -> Path:
        """The SL company (an SQLite file)."""
        return self.folder / COMPANY

    @property
    def site(self) -> Path:
        """The state of the Manage site."""
        return self.folder / SITE

    @property
    def company_url(self) -> str:
        """The SL company as a SQLAlchemy URL."""
        return f"sqlite:///{self.company.resolve().as_posix()}"


def run_demo(
    folder: Path,
    *,
    port: int,
    invoices: int,
    go_on: bool,
    say: Say,
    progress: Progress = no_progress,
    harsh: bool = False,
) -> int:
    """Do the main job from an empty folder to the result sheet. Returns the exit code of the last step.

    ``harsh``: Manage is unkind in every way that nobody could rule out, and the month ends all the same.
    """
    from xlpy.demo.site.door.server import serve
    from xlpy.excel.engine.closed_file import open_closed
    from xlpy.excel.workbook.home_cells import Home

    demo = DemoFolder(folder)
    site = _prepare(demo, invoices=invoices, go_on=go_on, say=say, harsh=harsh)
    with serve(site, port=_port(demo, port, go_on=go_on)) as running, open_closed(demo.workbook) as closed:
        _write_profile(demo, running.url)
        press = _Presser(demo, closed.book, progress, say)
        if not go_on:
            from xlpy.excel.tables.home import write_home

            write_home(closed.book, {Home.THROUGH_DATE: firm.THROUGH_DATE, Home.BATCH_IDENTIFIER: "DEMO-20261031"})
        press("refresh", "Refresh: reads the unposted transactions of Manage")
        press("select_all", "Select all: marks every row Include")
        found = press("check", "Check mappings: looks for everything that would go wrong")
        if found.exit_code:
            for problem in _distinct(found.data["problems"]):
                say(f"    {problem}")
            if not go_on:
                _mend(demo, site, say)
                press("refresh", "Refresh again")
            press("check", "Check mappings again")
            press("deselect_problems", "Deselect problem rows: what can't be mended today stays in Manage")
        press("preview", "Preview: the exact SL documents")
        pressed = press("push", "Run export: writes SL, then marks Manage")
        with _sl(demo) as engine:
            release_and_pay(engine, say)
        afterwards = sync_and_prove(press, str(pressed.data["run"]), demo.profile, say)
        closed.save()
        site.save(demo.site)
    _tell_results(demo, pressed.data, say)
    return pressed.exit_code or afterwards


def _mend(demo: DemoFolder, site: Site, say: Say) -> None:
    """Mend the planted mistakes in the demo's Manage and SL."""
    from xlpy.demo.company import repairs

    say("  Mending what the check found, the way a user would:")
    site.set_company_account(firm.COMPANY_WITHOUT_ACCOUNT, firm.ACCOUNT_TO_GIVE)
    say(f"    Manage, Nova Startup Lab, Finance: Account {firm.ACCOUNT_TO_GIVE}")
    site.set_terms_xref(firm.TERMS_WITHOUT_XREF, "00")
    say("    Manage, Billing Terms 'Due on receipt': Xref 00")
    member = next(m for m in firm.MEMBERS if m.manage_id == firm.MEMBER_WITHOUT_VENDOR)
    site.set_vendor_number(member.manage_id, member.vendor_id)
    say(f"    Manage, Members, {member.first_name} {member.last_name}: Vendor Nbr {member.vendor_id}")
    vendor = next(v for v in firm.VENDORS if v.manage_id == firm.VENDOR_WITHOUT_XREF)
    site.set_vendor_xref(vendor.manage_id, vendor.vendor_id)
    say(f"    Manage, {vendor.name}, Finance: Vendor XRef {vendor.vendor_id}")
    name, sl_site = firm.WAREHOUSES[firm.WAREHOUSE_WITHOUT_XREF]
    site.set_location_xref(firm.WAREHOUSE_WITHOUT_XREF, sl_site)
    say(f"    Manage, Warehouses, {name}: Location Xref {sl_site}")
    with _sl(demo) as engine:
        repairs.activate_account(engine, firm.INACTIVE_ACCOUNT)
        say(f"    SL {screen('01.260')}: account {firm.INACTIVE_ACCOUNT} active again")
        repairs.add_tax(engine, firm.TAX_MISSING_IN_SL)
        say(f"    SL {screen('21.280')}: tax {firm.TAX_MISSING_IN_SL} added to its group")


def serve_demo(folder: Path, *, port: int, invoices: int, go_on: bool, say: Say, harsh: bool = False) -> int:
    """Keep the demo Manage site up in the foreground, on loopback only, until Ctrl+C."""
    from xlpy.demo.site.door import access
    from xlpy.demo.site.door.server import serve

    demo = DemoFolder(folder)
    site = _prepare(demo, invoices=invoices, go_on=go_on, say=say, harsh=harsh)
    with serve(site, port=_port(demo, port, go_on=go_on)) as running:
        _write_profile(demo, running.url)
        try:
            _tell_how_to_use(demo, running.url, access.PRIVATE_KEY, say)
            while True:
                time.sleep(0.5)  # not one long wait: Windows would not see Ctrl+C in it
        except KeyboardInterrupt:
            say("Stopped.")
        finally:
            site.save(demo.site)
    return 0


def _tell_how_to_use(demo: DemoFolder, url: str, private_key: str, say: Say) -> None:
    say(f"The demo Manage site is up at {url} (this PC only). Ctrl+C ends it.")
    say("In another window, or before starting Excel:")
    for name, value in (("XLPY_PROFILE", str(demo.profile.resolve())), ("XLPY_MANAGE_PRIVATE_KEY", private_key)):
        say(f"  set {name}={value}          (Linux and macOS: export {name}='{value}')")
    say(f'Then open "{demo.workbook}" in Excel, or: xlpy refresh "{demo.workbook}"')


class _Presser:
    """Presses the ribbon's buttons on the demo's workbook, and says what came of each."""

    def __init__(self, demo: DemoFolder, book: xw.Book, progress: Progress, say: Say) -> None:
        self.demo = demo
        self.book = book
        self.progress = progress
        self.say = say

    def __call__(self, button: str, what: str, choices: Choices | None = None) -> Pressed:
        from xlpy.demo.site.door import access
        from xlpy.excel.buttons.press import press
        from xlpy.profile.credentials import ManageSecrets
        from xlpy.profile.settings import load_profile

        start = time.perf_counter()
        secrets = ManageSecrets(private_key=access.PRIVATE_KEY)
        profile = load_profile(self.demo.profile, environment={})
        pressed = press(
            button, self.book, lambda progress: Session(profile, secrets, progress=progress), self.progress, choices
        )
        self.say(f"  {what}  [{time.perf_counter() - start:.1f} s]" + (f"\n    {pressed.text}" if pressed.text else ""))
        return pressed


def _prepare(demo: DemoFolder, *, invoices: int, go_on: bool, say: Say, harsh: bool = False) -> Site:
    """Make the folder's files, or take those that are there."""
    site = _site_of(demo, invoices=invoices, go_on=go_on, say=say)
    if harsh:
        from xlpy.demo.site.door.harsh import Harsh

        site.harsh = Harsh.everything()
        # Names that no list shows: of batches that were deleted in Manage long ago.
        site.records.deleted_names += [f"DEMO-20261031{suffix}" for suffix in ("-I", "-E", "-P")]
        say("Manage is as unkind as it can be: hidden names, other ids, short pages, no currencies, another zone.")
    return site


def _site_of(demo: DemoFolder, *, invoices: int, go_on: bool, say: Say) -> Site:
    from xlpy.demo.company.seed.company import make_company
    from xlpy.demo.site.making.generate import generate_site
    from xlpy.demo.site.store import Site
    from xlpy.excel.workbook.builder import build_workbook
    from xlpy.sl.ledger_book.ledger import create_ledger

    demo.folder.mkdir(parents=True, exist_ok=True)
    if go_on and all(path.exists() for path in (demo.workbook, demo.company, demo.site, demo.profile)):
        say(f"Going on with the demo in {demo.folder}")
        return Site.load(demo.site)
    say(f"A fresh demo in {demo.folder}")
    for path in (demo.workbook, demo.company, demo.site, demo.profile):
        path.unlink(missing_ok=True)
    site = generate_site(invoices=invoices, expenses=max(invoices // 2, 12), procurement=max(invoices // 2, 12))
    site.save(demo.site)
    engine = make_company(demo.company_url)
    try:
        create_ledger(engine)
    finally:
        engine.dispose()
    build_workbook(demo.workbook, interpreter=sys.executable, profile=str(demo.profile.resolve()))
    return site


@contextmanager
def _sl(demo: DemoFolder) -> Iterator[Engine]:
    from xlpy.sl.connection.sqlite import sqlite_engine

    engine = sqlite_engine(demo.company_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _port(demo: DemoFolder, port: int, *, go_on: bool) -> int:
    """Take the port of before when going on: the posting ledger remembers the site by its address."""
    from xlpy.profile.settings import load_profile

    if port or not go_on or not demo.profile.exists():
        return port
    host = load_profile(demo.profile, environment={}).manage_host
    number = host.rpartition(":")[2]
    return int(number) if number.isdecimal() else 0


def _write_profile(demo: DemoFolder, url: str) -> None:
    from xlpy.demo.site.door import access

    bins = ", ".join(f'"{name}" = "{sl_bin}"' for name, _, sl_bin in firm.BINS.values())
    demo.profile.write_text(
        "# Settings of the demo. The private key is not here: it comes from the environment.\n"
        "[manage]\n"
        f'url = "{url}"\n'
        f'company = "{access.COMPANY}"\n'
        f'client_id = "{access.CLIENT_ID}"\n'
        f'public_key = "{access.PUBLIC_KEY}"\n'
        "\n[sl]\n"
        f'url = "{demo.company_url}"\n'
        f'company = "{firm.COMPANY_ID}"\n'
        f'user = "{firm.SL_USER}"\n'
        "\n[posting]\n"
        'record_id_column = "User1"\n'
        f'company_paid_account = "{firm.COMPANY_PAID_ACCOUNT}"\n'
        f"bins = {{ {bins} }}\n",
        encoding="utf-8",
    )


def _distinct(problems: list[dict[str, str]]) -> Iterator[str]:
    """Say each kind of problem once, with how many transactions it stops."""
    stops: dict[str, list[str]] = {}
    for problem in problems:
        if problem["severity"] == "stop":
            stops.setdefault(problem["text"], []).append(problem["transaction"])
    for text, transactions in stops.items():
        named = sorted({transaction for transaction in transactions if transaction})
        yield text + (f" ({len(named)}: {', '.join(named[:4])}{', …' if len(named) > 4 else ''})" if named else "")


def _tell_results(demo: DemoFolder, data: Mapping[str, Any], say: Say) -> None:
    say("")
    for batch in data["batches"]:
        say(f"SL batch {batch['module']} {batch['batnbr']}: {len(batch['documents'])} documents")
    for batch in data["manage_batches"]:
        say(f"Manage batch {batch['identifier']}: {batch['entries']} GL entries")
    say(f"Workbook:   {demo.workbook.resolve()}  (sheet Results: what became of each transaction)")
    say(f"SL company: {demo.company.resolve()}  (an SQLite file with SL's tables)")
    say(f"Settings:   {demo.profile.resolve()}")
    say("Try it by hand: xlpy demo --serve --go-on")
