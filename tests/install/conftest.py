"""The stage: a demo Manage site as the user's own, a demo SL company that nobody prepared, a keyring in memory."""

from __future__ import annotations

import base64
import hashlib
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from install_stage import INTEGRATOR_PASSWORD, SQL_PASSWORD, Walk

from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.profile import vault
from xlpy.version import __version__

ROOT = Path(__file__).parents[2]
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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's file with the names that the build gives it, put together without a build."""
    path = tmp_path_factory.mktemp("download folder") / f"xlpy-{__version__}-py3-none-any.whl"
    info = f"xlpy-{__version__}.dist-info"
    files = {f"xlpy/{p.relative_to(ROOT / 'xlpy').as_posix()}": p.read_bytes() for p in _files(ROOT / "xlpy")}
    for name in ("workbook", "templates"):
        files |= {f"xlpy/_{name}/{p.relative_to(ROOT / name).as_posix()}": p.read_bytes() for p in _files(ROOT / name)}
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: xlpy\nVersion: {__version__}\n".encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
