"""Where things are kept on the user's machine: previews, snapshots of the last refresh, logs. Never in the workbook."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from platformdirs import user_data_path

from xlpy.errors import DataFolderNotWritable
from xlpy.files import PRIVATE_FOLDER

ENV_DATA = "XLPY_DATA"


def data_folder(part: str = "") -> Path:
    """Return (and make) the user's data folder, or one of its parts. ``XLPY_DATA`` moves it.

    Raises ``DataFolderNotWritable``.
    """
    chosen = os.environ.get(ENV_DATA)
    folder = Path(chosen) if chosen else user_data_path("Manage to SL", appauthor=False)
    _make_private(folder)
    if part:
        folder /= part
        _make_private(folder)
    return folder


def _make_private(folder: Path) -> None:
    """Make a folder that only this user may look into: previews, runs and logs are nobody else's.

    Windows takes the rights of the folder above, the user's own AppData.
    """
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):
                folder.chmod(PRIVATE_FOLDER)
    except OSError as error:
        raise DataFolderNotWritable(str(folder), error.strerror or str(error)) from error
    except ValueError as error:
        raise DataFolderNotWritable(str(folder), "no folder can have this name") from error


def file_name(text: str) -> str:
    """Turn any text into a safe file name, the same on Windows and Linux."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text).strip("._") or "unnamed"
