"""Saving files for the user: completely or not at all, under a name that is free, with words when it does not work."""

from __future__ import annotations

import itertools
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlpy.errors import FileNotSaved
from xlpy.paths import file_name

LONGEST_NAME = 80  # Windows allows 260 characters for the whole path


def saved_name(*parts: str) -> str:
    """Join parts to a file name that every system takes: no colons, no reserved word, not long."""
    return file_name(" ".join(part for part in parts if part))[:LONGEST_NAME].rstrip("._")


@contextmanager
def saving(what: str, folder: Path) -> Iterator[Path]:
    """Give a new folder beside the target, on the same disk; gone at the end, whatever happens.

    An error of the disk becomes ``FileNotSaved``. ``what``: the user's word for what is saved.
    """
    made = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
    # Not tempfile.mkdtemp: it gives the folder to its maker alone, and the record would keep that.
    beside = folder / f".saving-{uuid.uuid4().hex[:12]}"
    try:
        try:
            beside.mkdir(parents=True)
            yield beside
        except OSError as error:
            raise FileNotSaved(what, str(folder), error.strerror or str(error)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        _remove_empty(folder, made)


def _remove_empty(folder: Path, there_before: Path) -> None:
    """Remove the folders that were made for nothing."""
    while folder != there_before and there_before in folder.parents:
        try:
            folder.rmdir()
        except OSError:  # something is in it
            return
        folder = folder.parent


def free_path(folder: Path, stem: str, suffix: str = "") -> Path:
    """Return a path in ``folder`` that nothing has yet: with ``-2``, ``-3`` … when the name is taken."""
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    return next(path for name in names if not (path := folder / f"{name}{suffix}").exists())
