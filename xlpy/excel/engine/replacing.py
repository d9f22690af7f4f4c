"""Replaces a file whole or not at all: written beside it, then put in its place in one step."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def replace_file(target: Path, write: Callable[[Path], None]) -> None:
    """Have ``write`` fill a file beside ``target``, then rename it over the target, keeping the permissions.

    Nothing is left behind when it fails. Raises ``OSError``, or whatever ``write`` raises.
    """
    target = target.resolve()  # a link stays a link: what it points to is replaced
    handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        with temporary.open("r+b") as written:
            os.fsync(written.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
            _copy_owner(target, temporary)
        else:
            temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _copy_owner(source: Path, target: Path) -> None:
    """Keep the group of a shared folder's file; Windows takes the folder's rights instead."""
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(target, -1, source.stat().st_gid)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
