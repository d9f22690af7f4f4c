"""Killed at any point between the first SQL statement and the last Manage call, then run again.

Every SQL statement, every commit and every HTTP call (before it is sent, and after it was answered) of a small batch
is a place to die. The process really ends there (``os._exit`` in a forked child): no ``finally`` runs. Afterwards the
run is repeated as a user would, and each invoice must be once in SL and once in a Manage batch.

``XLPY_CRASH_STRIDE=1`` tries every place (the full matrix); CI tries every few, and every commit and every batch.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from places_to_die import DEAD, count_places, dying_at
from sqlalchemy import text

from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings, Profile, SlSettings
from xlpy.services.export.push import push
from xlpy.services.run.reports import Marked, RunState, Selection
from xlpy.services.run.session import Session
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.ledger import create_ledger

SIZE = {"invoices": 5, "expenses": 5, "procurement": 6}
PARTS = 4  # so that several workers share the matrix
STRIDE = int(os.environ.get("XLPY_CRASH_STRIDE", "80"))


def _profile(url: str, company_url: str) -> Profile:
    return Profile(
        manage=ManageSettings(
            url=url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
        ),
        sl=SlSettings(url=company_url, company=firm.COMPANY_ID, user=firm.SL_USER),
        posting=PostingRules(
            record_id_column="User1",
            company_paid_account=firm.COMPANY_PAID_ACCOUNT,
            bins={name: sl_bin for name, _, sl_bin in firm.BINS.values()},
        ),
    )


def _session(profile: Profile) -> Session:
    return Session(profile, ManageSecrets(private_key=access.PRIVATE_KEY))


def _die_at(profile: Profile, selection: Selection, number: int, data: str) -> None:
    os.environ["XLPY_DATA"] = data
    with _session(profile) as session:
        count_places(session, dying_at(number))
        push(session, selection)


@contextmanager
def _stage(template: Path, folder: Path) -> Iterator[tuple[Any, Profile, Path]]:
    folder.mkdir()
    database = folder / "company.sqlite"
    shutil.copyfile(template, database)
    site = generate_site(seed=3, **SIZE, mistakes=False)
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
    return Selection("OCT", firm.THROUGH_DATE.replace(year=2027), tuple(Marked(key) for key in _unposted(site)))


def _unposted(site: Any) -> list[TransactionKey]:
    """All that is still unposted, of every kind."""
    return [
        *(TransactionKey(Kind.INVOICE, str(i)) for i in sorted(site.unposted_invoice_ids())),
        *(TransactionKey(Kind.EXPENSE, str(i)) for i in sorted(site.unposted_expense_ids())),
        *(TransactionKey(Kind.PROCUREMENT, i) for i in sorted(site.unposted_product_ids())),
    ]


def _batch_of(site: Any, key: TransactionKey) -> str | None:
    if key.kind is Kind.INVOICE:
        return site.batch_of(int(key.record_id))
    if key.kind is Kind.EXPENSE:
        return site.batch_of_expense(int(key.record_id))
    return site.batch_of_procurement(key.record_id)


@pytest.fixture(scope="module")
def places(template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Run once without dying, in this process, and list the places."""
    folder = tmp_path_factory.mktemp("places")
    found: list[str] = []
    send = requests.Session.send
    try:
        with (
            pytest.MonkeyPatch.context() as patch,
            _stage(template, folder / "whole") as (site, profile, _database),
            _session(profile) as session,
        ):
            patch.setenv("XLPY_DATA", str(folder / "data"))
            count_places(session, found.append)
            report = push(session, _everything(site))
            assert report.state is RunState.COMPLETED, report.text
    finally:
        requests.Session.send = send  # type: ignore[method-assign]
    return found


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_anywhere_each_invoice_is_once_in_sl_and_once_in_manage(
    template: Path, places: list[str], tmp_path: Path, part: int
) -> None:
    assert len(places) > 40
    assert any("COMMIT" in place for place in places)
    ends = _ends(places)
    numbers = sorted({*range(1, len(places) + 1, STRIDE), *ends})[part::PARTS]
    assert numbers
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
    """What the user does: recover, then run what is left under another name when the first is taken."""
    from xlpy.services.export.planning import free_batch_identifier
    from xlpy.services.manage_half.recover import recover

    with _session(profile) as session:
        recover(session)
        left = set(_unposted(site))
        marked = tuple(mark for mark in selection.marked if mark.key in left)
        if marked:
            name = free_batch_identifier(session.manage, "OCT")
            report = push(session, Selection(name, selection.through_date, marked))
            assert report.state is RunState.COMPLETED, report.text


_TABLES = {"AR": "ARDoc", "AP": "APDoc", "GL": "GLTran", "IN": "INTran"}


def _each_once(site: Any, database: Path, selection: Selection, where: str) -> None:
    engine = sqlite_engine(f"sqlite:///{database.as_posix()}")
    with engine.connect() as connection:

        def rows(sql: str) -> list[tuple[str, ...]]:
            return [tuple(str(v).strip() for v in row) for row in connection.execute(text(sql)).all()]

        stamped = [row[0] for row in rows("SELECT User1 FROM ARDoc WHERE User1 <> ''")]
        ledger = rows("SELECT Kind, RecordId, State, COALESCE(ClosedAt, '') FROM xlpy_Posting")
        parts = set(rows("SELECT Module, BatNbr FROM xlpy_PostingDoc"))
        batches = rows("SELECT Module, BatNbr FROM Batch WHERE Status = 'B'")
        orphans = [
            (module, row)
            for module, table in _TABLES.items()
            for row in rows(f"SELECT DISTINCT BatNbr FROM {table}")
            if (module, row[0]) not in {(m, n) for m, n in rows("SELECT Module, BatNbr FROM Batch")}
            and table != "GLTran"
        ]
        documents = {
            module: [
                row[0]
                for row in rows(
                    f"SELECT RefNbr FROM {table} WHERE BatNbr IN (SELECT BatNbr FROM Batch "
                    f"WHERE Module = '{module}' AND Status = 'B')"
                )
            ]
            for module, table in (("AR", "ARDoc"), ("AP", "APDoc"))
        }
    engine.dispose()
    keys = sorted((str(mark.key.kind), mark.key.record_id) for mark in selection.marked)
    assert len(stamped) == len(set(stamped)), where
    assert all(len(found) == len(set(found)) for found in documents.values()), where
    assert sorted((kind, record) for kind, record, *_ in ledger) == keys, where
    assert all(state == "closed" and closed for _, _, state, closed in ledger), where
    assert set(batches) == parts, where
    assert orphans == [], where
    assert _unposted(site) == [], where
    assert all(_batch_of(site, mark.key) for mark in selection.marked), where
