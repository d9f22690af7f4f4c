"""Fixtures of undo, clear and recover."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from undo_stage import RULES, Stage, Theatre, open_theatre

# The expenses of the domain's stories.
sys.path.insert(0, str(Path(__file__).parents[1] / "domain"))


@pytest.fixture(scope="session")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """A month of everything: invoices with costs, bills (one expense personal), receipts, adjustments, transfers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(tmp_path_factory.mktemp("theatre data")))
        folder = tmp_path_factory.mktemp("theatre")
        yield from open_theatre(folder, RULES, invoices=8, expenses=10, procurement=12, company_paid=True)


@pytest.fixture(scope="session")
def journal_theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """Expenses that Manage does not transfer as bills."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(tmp_path_factory.mktemp("journal data")))
        folder = tmp_path_factory.mktemp("journals")
        rules = replace(RULES, default_sub="00000")
        yield from open_theatre(folder, rules, invoices=2, expenses=5, as_bill=False)


@pytest.fixture
def fresh(theatre: Theatre) -> Stage:
    """Nothing is posted yet."""
    return theatre.put_back("fresh")


@pytest.fixture
def pushed(theatre: Theatre) -> Stage:
    """Everything of the month is in SL, unreleased, and in the Manage batches OCT-I, OCT-E and OCT-P."""
    return theatre.put_back("pushed")
