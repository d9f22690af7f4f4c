"""One posted month, unreleased and posted, made once and copied back before each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from reconcile_stage import Month, stage


@pytest.fixture(scope="session")
def posted_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("reconcile")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(folder / "user data"))
        month = stage(folder, stack, invoices=30, expenses=12, procurement=16)
        month.push(month.everything())
        month.keep("unreleased")
        month.release()
        month.keep("posted")
        yield month


@pytest.fixture
def month(posted_once: Month) -> Month:
    """Everything of the month is in SL, nothing is released."""
    posted_once.bring_back("unreleased")
    return posted_once


@pytest.fixture
def posted(posted_once: Month) -> Month:
    """Everything of the month is released and posted."""
    posted_once.bring_back("posted")
    return posted_once


@pytest.fixture(scope="session")
def journals_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("journals")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(folder / "user data"))
        month = stage(folder, stack, invoices=6, expenses=14, as_bill=False)
        month.profile = replace(month.profile, posting=replace(month.profile.posting, default_sub="00000"))
        month.push(month.everything())
        month.keep("unreleased")
        yield month


@pytest.fixture
def journals(journals_once: Month) -> Month:
    """Expenses that Manage does not transfer as bills, each in SL as a journal; nothing is released."""
    journals_once.bring_back("unreleased")
    return journals_once
