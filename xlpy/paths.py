"""Where things are kept on the user's machine: previews, snapshots of the last refresh, logs. Never in the workbook."""

from __future__ import annotations

import os
import re
from pathlib import Path

from platformdirs import user_data_path

ENV_DATA = "XLPY_DATA"


def data_folder(part: str = "") -> Path:
    """Return (and make) the user's data folder, or one of its parts. ``XLPY_DATA`` moves it."""
    chosen = os.environ.get(ENV_DATA)
    folder = Path(chosen) if chosen else user_data_path("Manage to SL", appauthor=False)
    folder = folder / part if part else folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def file_name(text: str) -> str:
    """Turn any text into a safe file name, the same on Windows and Linux."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text).strip("._") or "unnamed"


def write_beside(path: Path, data: bytes) -> None:
    """Write a file completely or not at all: beside it first, then replaced."""
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(data)
    beside.replace(path)
