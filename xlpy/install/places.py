"""Where the program is put, and where the user's desktop is."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from xlpy.install.running import NotInstalled

FOLDER = "Manage to SL"
WORKBOOK = "Manage to SL.xlsm"
_DESKTOP = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"


@dataclass(frozen=True)
class Places:
    """``folder``: everything that is installed, and nothing else. ``desktop``: where the first workbook is made."""

    folder: Path
    desktop: Path
    windows: bool = True

    @property
    def environment(self) -> Path:
        """The private Python environment. Its path is in every workbook, so it stays the same in every version."""
        return self.folder / "python"

    @property
    def python(self) -> Path:
        """The interpreter that the buttons run."""
        return self.environment / ("Scripts/python.exe" if self.windows else "bin/python")

    @property
    def mark(self) -> Path:
        """A file that says that this folder is ours: nothing is removed without it."""
        return self.folder / "installed by Manage to SL.txt"

    @property
    def log(self) -> Path:
        """What the programs said that were run, for the support."""
        return self.folder / "install.log"

    @property
    def workbook(self) -> Path:
        """The workbook on the desktop."""
        return self.desktop / WORKBOOK


def on_windows() -> bool:
    """Whether this is Windows."""
    return sys.platform == "win32"


def places_of_user() -> Places:
    """Return the places of the user who runs this. Raises ``NotInstalled`` when Windows does not tell."""
    local = os.environ.get("LOCALAPPDATA", "")
    if not local or not Path(local).is_dir():
        raise NotInstalled("Windows does not say where this user's programs belong (LOCALAPPDATA).", "Ask your IT.")
    return Places(Path(local) / "Programs" / FOLDER, _desktop())


def _desktop() -> Path:
    """Return the desktop; OneDrive may have moved it, so Windows is asked. Unverified: it was never run on Windows."""
    winreg: Any = import_module("winreg")
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _DESKTOP) as key:
            found = Path(winreg.ExpandEnvironmentStrings(winreg.QueryValueEx(key, "Desktop")[0]))
    except OSError:
        found = Path.home() / "Desktop"
    return found if found.is_dir() else Path.home()
