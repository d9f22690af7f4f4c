"""A site that can be turned round, and a company; put back between tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from undo_stage import RULES, Stage, Theatre, open_theatre


@pytest.fixture(scope="session")
def turned_theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """A month of everything, as small as it can be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(tmp_path_factory.mktemp("turned data")))
        folder = tmp_path_factory.mktemp("turned")
        yield from open_theatre(folder, RULES, invoices=8, expenses=6, procurement=8, company_paid=True)


@pytest.fixture
def fresh(turned_theatre: Theatre) -> Stage:
    """Nothing is posted yet."""
    return turned_theatre.put_back("fresh")


@pytest.fixture
def pushed(turned_theatre: Theatre) -> Stage:
    """Everything of the month is in SL, unreleased, and in the Manage batches OCT-I, OCT-E and OCT-P."""
    return turned_theatre.put_back("pushed")
