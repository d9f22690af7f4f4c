"""A demo Manage site, served over HTTP, and a demo SL company: what buttons reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.ledger import create_ledger


@dataclass
class World:
    """A demo site and a demo company, and the settings that lead to them."""

    folder: Path
    site: Any
    url: str
    company_url: str

    @property
    def profile(self) -> Path:
        return self.folder / "settings.toml"

    def engine(self) -> Any:
        return sqlite_engine(self.company_url)


@contextmanager
def world(folder: Path, *, mistakes: bool = False, **kinds: int) -> Iterator[World]:
    """Serve a site over HTTP and make a company. ``kinds``: how many invoices, expenses, procurement."""
    company_url = f"sqlite:///{(folder / 'company.sqlite').as_posix()}"
    engine = make_company(company_url, mistakes=mistakes)
    create_ledger(engine)
    engine.dispose()
    site = generate_site(seed=7, mistakes=mistakes, **kinds)
    with serve(site) as running:
        made = World(folder, site, running.url, company_url)
        bins = ", ".join(f'"{name}" = "{sl_bin}"' for name, _, sl_bin in firm.BINS.values())
        made.profile.write_text(
            f'[manage]\nurl = "{running.url}"\ncompany = "{access.COMPANY}"\nclient_id = "{access.CLIENT_ID}"\n'
            f'public_key = "{access.PUBLIC_KEY}"\n[sl]\nurl = "{company_url}"\ncompany = "{firm.COMPANY_ID}"\n'
            f'user = "{firm.SL_USER}"\n[posting]\nrecord_id_column = "User1"\n'
            f'company_paid_account = "{firm.COMPANY_PAID_ACCOUNT}"\nbins = {{ {bins} }}\n',
            encoding="utf-8",
        )
        yield made
