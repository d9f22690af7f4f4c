"""What only a SQL Server can show: these tests run when XLPY_TEST_ODBC names one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from sql_server_stage import SERVER, Stage, open_stage


@pytest.fixture(autouse=True, scope="session")
def server() -> None:
    if not os.environ.get(SERVER):
        pytest.skip(f"{SERVER} names no SQL Server")


@pytest.fixture(scope="session")
def stage(server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The firm with months of everything; each test exports what is left of it. Making it takes a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(tmp_path_factory.mktemp("data")))
        with open_stage(invoices=90, expenses=70, procurement=70) as opened:
            yield opened
