"""Files that are kept: written beside their place first, to the disk, then put there in one step. One way for all.

Two processes may write the same file at once: each has a name of its own beside it, and the last one wins whole.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
_TRIES = 10
_PAUSE = 0.1  # seconds between tries


def keep_private(path: Path, data: bytes) -> None:
    """Write a file that only this user may read (Windows: what the folder allows), completely or not at all.

    Raises ``OSError``; what was there before is then still there.
    """

    def write(beside: Path) -> None:
        beside.write_bytes(data)

    _put(path, write, lambda beside: beside.chmod(PRIVATE_FILE))


def replace_file(target: Path, write: Callable[[Path], None]) -> None:
    """Have ``write`` fill a file beside ``target``, then rename it over the target, keeping the permissions.

    Nothing is left behind when it fails. Raises ``OSError``, or whatever ``write`` raises.
    """
    target = target.resolve()  # a link stays a link: what it points to is replaced

    def permit(beside: Path) -> None:
        if target.exists():
            shutil.copymode(target, beside)
            _copy_group(target, beside)
        else:
            beside.chmod(0o666 & ~_umask())

    _put(target, write, permit)


def rename_patiently(source: Path, target: Path, *, over: bool = False) -> None:
    """Rename a file or folder, ``over`` what has the name already.

    On Windows it is tried for a second: a virus scanner, or another reader, has a new file open for a moment.
    """
    for left in reversed(range(_TRIES)):
        try:
            if over:
                source.replace(target)
            else:
                source.rename(target)
        except PermissionError:
            if left == 0 or os.name != "nt":
                raise
            time.sleep(_PAUSE)
        else:
            return


def _put(target: Path, write: Callable[[Path], None], permit: Callable[[Path], None]) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.stem[:40]}-", suffix=target.suffix[:12], dir=target.parent)
    os.close(handle)
    beside = Path(name)
    try:
        write(beside)
        with beside.open("r+b") as written:
            os.fsync(written.fileno())
        permit(beside)
        rename_patiently(beside, target, over=True)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _copy_group(source: Path, target: Path) -> None:
    """Keep the group of a shared folder's file; Windows takes the folder's rights instead."""
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(target, -1, source.stat().st_gid)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
