"""New workbooks for tests: built once in a process, then copied. What the builder makes is tested in ``workbook``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from xlpy.excel.workbook.builder import build_workbook

_PROFILE = "the.profile.of.the.test"


def put_new_workbook(path: Path, *, profile: str = "") -> None:
    """Put a workbook at ``path`` that ``build_workbook`` would make, without an interpreter."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stands, written = _PROFILE.encode(), escape(profile).encode()
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as package:
        for name, data in _built(bool(profile)).items():
            package.writestr(name, data.replace(stands, written))


@cache
def _built(with_profile: bool) -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Month end.xlsm"
        build_workbook(path, profile=_PROFILE if with_profile else "")
        with ZipFile(path) as package:
            return {name: package.read(name) for name in package.namelist()}
