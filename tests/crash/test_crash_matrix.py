"""A sample of the crash matrix; ``python -m tests.crash`` tries every place of every story."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from crash_desk import Desk, a_desk
from crash_matrix import some, tried
from crash_stories import STORIES, make_moments

from xlpy.manage.http import transport

SAMPLE = {
    "push": 4,
    "recover": 2,
    "rerun": 2,
    "undo orders": 1,
    "audit": 2,
    "sl-setup": 2,
    "new": 1,
    "update": 1,
    "refresh": 1,
    "preview": 1,
}
SAMPLED_BESIDE = {"undo", "clear", "sync"}  # tests/undo and tests/sync have samples of their own


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with (
        pytest.MonkeyPatch.context() as patch,
        a_desk(tmp_path_factory.mktemp("desk").resolve()) as made,
    ):
        patch.setattr(transport, "WAITS", (0.0, 0.0, 0.0))
        make_moments(made)
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_killed_anywhere_it_ends_as_if_nothing_had_happened(desk: Desk, name: str) -> None:
    found = tried(desk, name, some(SAMPLE[name], random.Random(random.random())))
    print(found)
    assert found.wrong == []
    assert found.died > 0
    assert found.places >= 4


def test_every_story_is_sampled() -> None:
    assert SAMPLE.keys() | SAMPLED_BESIDE == STORIES.keys()
