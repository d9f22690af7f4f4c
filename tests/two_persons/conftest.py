"""The stage of undo and clear, in a company that demands two persons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from undo_stage import RULES, Stage, Theatre, open_theatre


@pytest.fixture(scope="session")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """A small month; what is there of earlier was posted before the firm decided on two persons."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(tmp_path_factory.mktemp("two data")))
        for made in open_theatre(tmp_path_factory.mktemp("two"), RULES, invoices=6, expenses=3, procurement=3):
            made.profile = replace(made.profile, posting=replace(RULES, approval="two"))
            while made.sessions:
                made.sessions.pop().close()
            yield made


@pytest.fixture
def fresh(theatre: Theatre) -> Stage:
    """Nothing is posted yet."""
    return theatre.put_back("fresh")


@pytest.fixture
def pushed(theatre: Theatre) -> Stage:
    """Everything of the month is in SL, unreleased, and in the Manage batches OCT-I, OCT-E and OCT-P."""
    return theatre.put_back("pushed")
