"""A sync killed at any point between its first SQL statement and its last call of Manage, then run again.

Every SQL statement, every commit and every HTTP call (before it is sent, and after it was answered) is a place to die.
The process really ends there (``os._exit`` in a forked child): no ``finally`` runs. Afterwards it is run again as a
user would, and both systems must be as after one whole sync, with one payment per invoice.

``XLPY_CRASH_STRIDE=1`` tries every place (the full matrix); CI tries every few, and all around the writing calls.
"""

from __future__ import annotations

import multiprocessing
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
from places_to_die import DEAD, count_places, dying_at
from sync_stage import Stage, on

from xlpy.demo.company import payments as sl
from xlpy.demo.site.door import access
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import Profile
from xlpy.services.payments.sync import sync_payments
from xlpy.services.run.session import Session
from xlpy.sl.connection.engine import open_company

D = Decimal
STRIDE = int(os.environ.get("XLPY_CRASH_STRIDE", "150"))
WRITING = ("POST", "PATCH", "DELETE")
OPENED: dict[str, Any] = {}  # the SL company, opened once: a forked child has it, too


def die_at(profile: Profile, number: int, data: str) -> None:
    os.environ["XLPY_DATA"] = data
    with Session(profile, ManageSecrets(private_key=access.PRIVATE_KEY)) as session:
        session.__dict__.update(OPENED)
        count_places(session, dying_at(number))
        sync_payments(session)


def places_of(profile: Profile) -> list[str]:
    """Run once without dying, in this process, and list the places."""
    found: list[str] = []
    send = requests.Session.send
    try:
        with Session(profile, ManageSecrets(private_key=access.PRIVATE_KEY)) as session:
            count_places(session, found.append)
            assert sync_payments(session).exit_code == 0
    finally:
        requests.Session.send = send  # type: ignore[method-assign]
    return found


def prepare(stage: Stage) -> None:
    """One invoice to be paid anew, one whose payment changes, one whose payment was bounced."""
    sl.pay(stage.engine, "20003", D(100), on=on(5))
    bounced = sl.pay(stage.engine, "20006", D(80), on=on(5))
    stage.sync()
    sl.pay(stage.engine, "20001", D(60), on=on(9))
    sl.pay(stage.engine, "20003", D(150), on=on(9))
    sl.bounce(stage.engine, bounced.ref_nbr, on=on(9))
    stage.keep_as("crash")


def check_end(stage: Stage, where: str) -> None:
    """Both systems are as after one whole sync."""
    paid = {number: stage.payments(number) for number in ("20001", "20003", "20006")}
    assert paid == {"20001": [(D(60), on(9))], "20003": [(D(250), on(9))], "20006": []}, where
    known = stage.rows("SELECT RecordID, ManagePaymentID, Amount FROM xlpy_Payment WHERE RemovedAt IS NULL ORDER BY 1")
    real = [
        (str(stage.id_of(number)), payment.id, float(payment.amount))
        for number in ("20001", "20003")
        for payment in stage.payment_records(number)
    ]
    assert known == real, where
    assert stage.rows("SELECT COUNT(*) FROM xlpy_PaymentTry WHERE SettledAt IS NULL") == [(0,)], where
    seen = stage.rows("SELECT RefNbr, PaidInManage FROM xlpy_Settlement WHERE RefNbr IN ('20001', '20003', '20006')")
    assert sorted(seen) == [("20001", 60.0), ("20003", 250.0), ("20006", 0.0)], where


def chosen(places: list[str]) -> list[int]:
    """Every few places, and before and after each writing call, and while it is settled."""
    near = {
        number + step
        for number, place in enumerate(places, 1)
        if any(f" {method} " in place for method in WRITING)
        for step in ((0,) if place.startswith("before") else (0, 2))
    }
    return sorted({*range(1, len(places) + 1, STRIDE), *(n for n in near if 1 <= n <= len(places))})


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_killed_anywhere_the_next_sync_ends_the_same(stage: Stage, tmp_path: Path) -> None:
    prepare(stage)
    places = places_of(stage.profile)
    assert sum(any(f" {method} " in place for method in WRITING) for place in places) == 6
    check_end(stage, "not killed")
    print(len(places), "places,", len(chosen(places)), "tried")
    OPENED["sl"] = open_company(stage.profile.sl)
    start = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    for number in chosen(places):
        stage.set_back("crash")
        child = start.Process(target=die_at, args=(stage.profile, number, str(tmp_path / f"data {number}")))
        child.start()
        child.join()
        assert child.exitcode == DEAD, f"place {number} ({places[number - 1]}) was not reached"
        where = f"killed at {number}: {places[number - 1]}"
        assert stage.sync().exit_code == 0, where
        check_end(stage, where)
        stage.site.calls.clear()
        assert stage.sync().rows == (), where
        assert stage.site.calls == [], where
    stage.set_back()
