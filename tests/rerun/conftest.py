"""Fixtures of reruns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rerun_stage import Month, Theatre, open_theatre


@pytest.fixture(scope="session")
def rerun_theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """Invoices with costs, bills, receipts, adjustments and transfers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(tmp_path_factory.mktemp("rerun data")))
        yield from open_theatre(tmp_path_factory.mktemp("rerun"), invoices=8, expenses=6, procurement=9)


@pytest.fixture(scope="session")
def rerun_journals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """Expenses that Manage does not transfer as bills."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(tmp_path_factory.mktemp("journal data")))
        yield from open_theatre(tmp_path_factory.mktemp("journals"), invoices=2, expenses=4, as_bill=False)


@pytest.fixture
def fresh(rerun_theatre: Theatre) -> Month:
    """Nothing is posted yet."""
    return rerun_theatre.put_back("fresh")


@pytest.fixture
def pushed(rerun_theatre: Theatre) -> Month:
    """Everything of the month is in SL, unreleased, and in the Manage batches OCT-I, OCT-E and OCT-P."""
    return rerun_theatre.put_back("pushed")


@pytest.fixture
def journals(rerun_journals: Theatre) -> Month:
    """The same with an expense journal each."""
    return rerun_journals.put_back("pushed")
