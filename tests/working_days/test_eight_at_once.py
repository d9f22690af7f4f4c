"""Eight PCs at once push overlapping rows, undo each other's batches, sync and recover."""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from undo_stage import RULES, Theatre, open_theatre
from working_day import STEPS, Day, must_hold

from xlpy.demo.site.door import access
from xlpy.errors import XlpyError
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import Profile
from xlpy.services.manage_half.recover import recover
from xlpy.services.run.reports import Marked, Selection
from xlpy.services.run.session import Session, in_words

PCS = 8
ROUNDS = 4
WENT_WRONG = 9


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    yield from open_theatre(tmp_path_factory.mktemp("eight"), RULES, invoices=8, expenses=4, procurement=4)


def _work(profile: Profile, marks: tuple[Marked, ...], selection: Selection, number: int, data: Path) -> None:
    """Do a few things as one PC; ends the process with 9 for anything that has no name."""
    from dataclasses import replace

    from xlpy.services.export.push import push
    from xlpy.services.history.undo import undo
    from xlpy.services.payments.sync import sync_payments

    os.environ["XLPY_DATA"] = str(data / f"PC{number}")
    dice = Random(number)
    with Session(profile, ManageSecrets(private_key=access.PRIVATE_KEY)) as session:
        session.user, session.host = f"user{number}", f"PC{number}"
        for _ in range(ROUNDS):
            some = tuple(dice.sample(marks, dice.randint(1, len(marks))))
            what = dice.choice(["push", "push", "push", "undo", "sync", "recover"])
            try:
                if what == "push":
                    push(session, replace(selection, marked=some, batch_identifier=f"PC{number}"))
                elif what == "undo":
                    undo(session, f"PC{dice.randrange(PCS)}", confirmed=True)
                elif what == "sync":
                    sync_payments(session)
                else:
                    recover(session)
            except XlpyError:
                continue  # somebody else is posting, a row is gone meanwhile
            except Exception as error:  # noqa: BLE001 (whatever has no name ends the process)
                if in_words(error) is None:
                    traceback.print_exc()
                    os._exit(WENT_WRONG)
    os._exit(0)


def test_eight_pcs_at_once_lose_nothing_and_post_nothing_twice(theatre: Theatre, tmp_path: Path) -> None:
    stage = theatre.put_back("fresh")
    marks = stage.marks()
    fork = multiprocessing.get_context("fork")
    pcs = [
        fork.Process(target=_work, args=(stage.profile, marks, stage.selection(marks), number, tmp_path))
        for number in range(PCS)
    ]
    for pc in pcs:
        pc.start()
    for pc in pcs:
        pc.join()
    assert [pc.exitcode for pc in pcs] == [0] * PCS
    day = Day(stage, tmp_path)
    day.log.append(STEPS["recover"](day, Random(1)))
    must_hold(day)
    posted = [posting for posting in stage.ledger() if posting.in_sl]
    assert len({posting.key for posting in posted}) == len(posted)
