"""The stage of the set-up check: one firm for all tests, which put back what they break."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from setup_stage import Firm

from xlpy.demo import firm as demo
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.profile.settings import ManageSettings, Profile, SlSettings
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.ledger import create_ledger

sys.path.insert(0, str(Path(__file__).parents[1] / "sl_ground"))  # its SQL Server that only records


@pytest.fixture(scope="session")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    url = f"sqlite:///{(tmp_path_factory.mktemp('sl') / 'company.sqlite').as_posix()}"
    made = make_company(url, mistakes=False)
    create_ledger(made)
    made.dispose()
    site = generate_site(seed=7, invoices=8, expenses=3, procurement=8, mistakes=False)
    engine = sqlite_engine(url)
    with serve(site) as running:
        yield Firm(
            site,
            engine,
            Profile(
                manage=ManageSettings(
                    url=running.url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
                ),
                sl=SlSettings(url=url, company=demo.COMPANY_ID, user=demo.SL_USER),
            ),
        )
    engine.dispose()
