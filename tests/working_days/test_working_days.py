"""Ten working days; ``python -m tests.working_days 1000`` does a thousand, and shrinks the ones that fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from undo_stage import RULES, Theatre, open_theatre
from working_day import steps_of, work

DAYS = 10


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    yield from open_theatre(tmp_path_factory.mktemp("days"), RULES, invoices=6, expenses=4, procurement=4)


@pytest.mark.parametrize("seed", range(DAYS))
def test_whatever_is_done_and_goes_wrong_on_a_day_nothing_is_lost_or_twice(
    theatre: Theatre, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlpy.manage.http.transport.WAITS", (0.0, 0.0, 0.0))
    work(theatre.put_back("fresh"), tmp_path, steps_of(seed))
