"""The stage: a demo Manage site as the user's own, a demo SL company that nobody prepared, a keyring in memory."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from install_stage import INTEGRATOR_PASSWORD, SQL_PASSWORD, Walk

from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.profile import vault

sys.path.insert(0, str(Path(__file__).parents[1] / "login"))  # its keyring in memory


@pytest.fixture(scope="session")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    from login_stage import Memory

    folder = tmp_path_factory.mktemp("a new PC")
    company = tmp_path_factory.mktemp("server") / "company.sqlite"
    make_company(f"sqlite:///{company.as_posix()}", mistakes=False).dispose()
    site = generate_site(seed=7, invoices=8, expenses=2, procurement=2, mistakes=False)
    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    vault.try_again()
    temp = folder / "temp"
    temp.mkdir()
    with pytest.MonkeyPatch.context() as here, serve(site) as running:
        here.setenv("XLPY_DATA", str(folder / "user data"))
        here.setenv("XLPY_SL_PASSWORD", SQL_PASSWORD)
        here.setenv("XLPY_MANAGE_INTEGRATOR_PASSWORD", INTEGRATOR_PASSWORD)
        here.setattr(tempfile, "tempdir", str(temp))
        here.setattr("webbrowser.open", lambda _url: False)
        here.chdir(folder)
        done = Walk(folder, company, site, running.url)
        done.follow_the_readme()
        book = str(done.workbook)
        for words in (
            ("sync", book),
            ("reconcile", book),
            ("batches", book),
            ("audit", "export", book),
            ("errors", book),
            ("log",),
            ("help",),
            ("new", "--update", book),
            ("push", book),
        ):
            done.run(*words)
        yield done
    keyring.set_keyring(before)
    vault.try_again()
