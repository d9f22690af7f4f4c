"""Killed at any point between the first SQL statement and the last Manage call, then run again.

Every SQL statement, every commit and every HTTP call (before it is sent, and after it was answered) of a small batch
is a place to die. The process really ends there (``os._exit`` in a forked child): no ``finally`` runs. Afterwards the
run is repeated as a user would, and each invoice must be once in SL and once in a Manage batch.

``XLPY_CRASH_STRIDE=1`` tries every place (the full matrix); CI tries every few, offset by the day's chance of none.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import event, text

from xlpy.credentials import ManageSecrets
from xlpy.demo import firm
from xlpy.demo.company.seed import make_company
from xlpy.demo.site import access
from xlpy.demo.site.generate import generate_site
from xlpy.demo.site.server import serve
from xlpy.domain.rules import PostingRules
from xlpy.services.push import push
from xlpy.services.reports import Marked, RunState, Selection
from xlpy.services.session import Session
from xlpy.settings import ManageSettings, Profile, SlSettings
from xlpy.sl.ledger import create_ledger
from xlpy.sl.sqlite import sqlite_engine

INVOICES = 8
DEAD = 77
STRIDE = int(os.environ.get("XLPY_CRASH_STRIDE", "9"))


def _profile(url: str, company_url: str) -> Profile:
    return Profile(
        manage=ManageSettings(
            url=url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
        ),
        sl=SlSettings(url=company_url, company=firm.COMPANY_ID, user=firm.SL_USER),
        posting=PostingRules(record_id_column="User1"),
    )


def _session(profile: Profile) -> Session:
    return Session(profile, ManageSecrets(private_key=access.PRIVATE_KEY))


def _count(session: Session, at: Callable[[str], None]) -> None:
    """Call ``at`` at every place where a process could die."""
    engine = session.sl.engine

    @event.listens_for(engine, "before_cursor_execute")
    def _before(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        at(f"before {statement[:40]}")

    @event.listens_for(engine, "after_cursor_execute")
    def _after(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        at(f"after {statement[:40]}")

    @event.listens_for(engine, "commit")
    def _commit(_c: Any) -> None:
        at("before COMMIT")

    send = requests.Session.send

    def counted(self: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        at(f"before {request.method} {request.path_url[:60]}")
        answer = send(self, request, **more)
        at(f"after {request.method} {request.path_url[:60]}")
        return answer

    requests.Session.send = counted  # type: ignore[method-assign]


def _die_at(profile: Profile, selection: Selection, number: int, data: str) -> None:
    os.environ["XLPY_DATA"] = data
    places = 0

    def at(_where: str) -> None:
        nonlocal places
        places += 1
        if places == number:
            os._exit(DEAD)

    with _session(profile) as session:
        _count(session, at)
        push(session, selection)


@contextmanager
def _stage(template: Path, folder: Path) -> Iterator[tuple[Any, Profile, Path]]:
    folder.mkdir()
    database = folder / "company.sqlite"
    shutil.copyfile(template, database)
    site = generate_site(seed=3, invoices=INVOICES, mistakes=False)
    with serve(site) as running:
        yield site, _profile(running.url, f"sqlite:///{database.as_posix()}"), database


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "company.sqlite"
    engine = make_company(f"sqlite:///{path.as_posix()}", mistakes=False)
    create_ledger(engine)
    engine.dispose()
    return path


def _everything(site: Any) -> Selection:
    return Selection(
        "OCT", firm.THROUGH_DATE.replace(year=2027), tuple(Marked(i) for i in sorted(site.unposted_invoice_ids()))
    )


def _places(template: Path, folder: Path) -> list[str]:
    """Run once without dying, in this process, and list the places."""
    found: list[str] = []
    send = requests.Session.send
    try:
        with _stage(template, folder) as (site, profile, _database), _session(profile) as session:
            _count(session, found.append)
            report = push(session, _everything(site))
            assert report.state is RunState.COMPLETED, report.text
    finally:
        requests.Session.send = send  # type: ignore[method-assign]
    return found


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_killed_anywhere_each_invoice_is_once_in_sl_and_once_in_manage(template: Path, tmp_path: Path) -> None:
    places = _places(template, tmp_path / "whole")
    assert len(places) > 40
    assert any("COMMIT" in place for place in places)
    ends = _ends(places)
    numbers = sorted({*range(1, len(places) + 1, STRIDE), *ends})
    start = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    for number in numbers:
        with _stage(template, tmp_path / f"at {number}") as (site, profile, database):
            selection = _everything(site)
            child = start.Process(target=_die_at, args=(profile, selection, number, str(tmp_path / f"data {number}")))
            child.start()
            child.join()
            assert child.exitcode == DEAD, f"place {number} ({places[number - 1]}) was not reached"
            _run_again(site, profile, selection)
            _each_once(site, database, selection, f"killed at {number}: {places[number - 1]}")
        shutil.rmtree(tmp_path / f"at {number}")


def _ends(places: list[str]) -> set[int]:
    """The places around commits and around the POST of the batch are always tried."""
    return {
        number + step
        for number, place in enumerate(places, 1)
        if "COMMIT" in place or ("POST" in place and place.endswith("/accounting/batches"))
        for step in (0, 1)
        if number + step <= len(places)
    }


def _run_again(site: Any, profile: Profile, selection: Selection) -> None:
    """What the user does: run again; what is marked and no longer unposted was finished by the run itself."""
    from xlpy.services.recover import recover

    with _session(profile) as session:
        recover(session)
        left = set(site.unposted_invoice_ids())
        marked = tuple(m for m in selection.marked if m.billing_log_id in left)
        if marked:
            name = "OCT" if session.manage.find_batch("OCT-I") is None else "OCT-B"
            report = push(session, Selection(name, selection.through_date, marked))
            assert report.state is RunState.COMPLETED, report.text


def _each_once(site: Any, database: Path, selection: Selection, where: str) -> None:
    engine = sqlite_engine(f"sqlite:///{database.as_posix()}")
    with engine.connect() as connection:
        found = [
            str(row[0]).strip() for row in connection.execute(text("SELECT User1 FROM ARDoc WHERE User1 <> ''")).all()
        ]
        ledger = connection.execute(text("SELECT RecordId, State, ClosedAt FROM xlpy_Posting")).all()
        documents = connection.execute(text("SELECT COUNT(*) FROM xlpy_PostingDoc")).scalar_one()
        orphans = connection.execute(
            text("SELECT COUNT(*) FROM ARTran t WHERE NOT EXISTS (SELECT 1 FROM Batch b WHERE b.BatNbr = t.BatNbr)")
        ).scalar_one()
    engine.dispose()
    assert len(found) == len(set(found)) == documents, where
    assert sorted(str(r[0]).strip() for r in ledger) == sorted(str(m.billing_log_id) for m in selection.marked), where
    assert all(str(r[1]).strip() == "closed" and r[2] is not None for r in ledger), where
    assert orphans == 0, where
    assert site.unposted_invoice_ids() == [] or set(site.unposted_invoice_ids()) == set(), where
    assert all(site.batch_of(m.billing_log_id) for m in selection.marked), where
