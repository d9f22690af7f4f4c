"""Installing and updating: a private environment, the package in it, the workbook on the desktop, and the log-in.

Each step can be done again: opening the .cmd once more finishes what was interrupted, and brings everything up to date.
"""

from __future__ import annotations

import struct
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from xlpy.install.packages import newest_beside, version_of, wheels_beside
from xlpy.install.places import Places
from xlpy.install.running import NotInstalled, Ran, Runner

OLDEST = (3, 11)
_MARK = "This folder was made by 'Install Manage to SL.cmd'. Open that file with /uninstall to take it away.\n"
_INSTALLED = "from importlib.metadata import version; print(version('xlpy'))"
_HAS_LOGIN = "import sys; from xlpy.profile.profiles import default_profile; sys.exit(default_profile() is None)"
_USABLE = f"import sys; sys.exit(sys.version_info < {OLDEST})"
_IN_USE = ("access is denied", "winerror 5", "winerror 32", "permission denied", "being used by another process")
_NO_NET = ("could not find a version", "connection", "proxy", "timed out", "name resolution", "getaddrinfo", "ssl")


class Program:
    """The program on this PC. ``run`` runs other programs, ``say`` tells the user a line."""

    def __init__(self, places: Places, run: Runner, *, say: Callable[[str], None]) -> None:
        self.places = places
        self.run = run
        self.say = say

    def install(self, package: Path, *, log_in: bool = True) -> int:
        """Install or update, and return the exit code: 0; 1 when the workbook is left to do.

        Raises ``NotInstalled`` when the program can't be installed or updated.
        """
        self._look_at_python()
        package = newest_beside(package)
        self._make_folder()
        self._make_environment()
        before = self._installed()
        self._put_in(package, before)
        self.say(f"Manage to SL {version_of(package)} is {'up to date' if before else 'installed'}.")
        code = self._make_workbook()
        if log_in and self._ask(_HAS_LOGIN).code:
            self.say("Now log in to both systems, in the window that opens.")
            self._xlpy("login", "--workbook", str(self.places.workbook), shown=True)
        self.say("Open the workbook in Excel, allow its macros, and press Check setup.")
        return code

    def _look_at_python(self) -> None:
        if sys.version_info < OLDEST or struct.calcsize("P") < 8:
            raise NotInstalled(
                f"This Python is {sys.version.split()[0]}, {8 * struct.calcsize('P')} bit; 3.11 or newer with 64 bit is"
                " needed.",
                "Get it from https://www.python.org/downloads/windows/, install it for yourself, and open this again.",
            )

        if any("windowsapps" in path.casefold() for path in (sys.executable, sys.base_prefix)):
            raise NotInstalled(
                "This Python is of the Microsoft Store: what it writes into a user's folders, Excel does not see.",
                "Get Python from https://www.python.org/downloads/windows/ too, and open this again.",
            )

    def _make_folder(self) -> None:
        """Make the folder, or take ours; never one of somebody else's."""
        folder = self.places.folder
        try:
            if folder.is_dir() and not self.places.mark.is_file() and any(folder.iterdir()):
                raise NotInstalled(
                    f"{folder} is there already, and was not made by this program.",
                    "Move it away, and open this again.",
                )
            folder.mkdir(parents=True, exist_ok=True)
            self.places.mark.write_text(_MARK, encoding="utf-8")
        except OSError as error:
            raise NotInstalled(
                f"{folder} can't be written: {error.strerror or error}.", "Ask your IT for the right to write there."
            ) from error

    def _make_environment(self) -> None:
        """Make the environment; anew when its Python is gone or too old, which takes nothing of the user's."""
        if self.places.python.is_file() and self._ask(_USABLE).code == 0:
            return
        self.say("Making a Python environment for it ...")
        made = self._run((sys.executable, "-I", "-m", "venv", "--clear", str(self.places.environment)))
        if made.code:
            raise self._failed("The Python environment can't be made", made)

    def _put_in(self, package: Path, before: str) -> None:
        """Install the package with what it needs; the same version once more, where it may be another build."""
        self.say(f"Installing {package.name}; the first time this takes some minutes ...")
        wheels = wheels_beside(package)
        source = ("--no-index", "--find-links", str(wheels)) if wheels else ()
        steps = [("--upgrade", *source)]
        if before == version_of(package):
            steps.append(("--force-reinstall", "--no-deps", "--no-index"))
        for options in steps:
            done = self._pip("install", *options, str(package))
            if done.code:
                raise self._failed(f"{package.name} can't be installed", done)
        if self._installed() != version_of(package):
            raise NotInstalled(
                f"After installing, the program is not {version_of(package)}.",
                f"Send {self.places.log} to your support.",
            )

    def _make_workbook(self) -> int:
        """Make the workbook on the desktop, or bring the one that is there up to date; others are the user's to do."""
        workbook = self.places.workbook
        update = ("--update",) if workbook.exists() else ()
        done = self._xlpy("new", *update, str(workbook))
        if done.code:
            self.say(f"The workbook {workbook} is not done: {done.last}")
            self.say("The program itself is installed. Close the workbook, and open this file again.")
            return 1
        self.say(done.last)
        return 0

    def _installed(self) -> str:
        """Return the version that is installed; empty when none is."""
        told = self._ask(_INSTALLED)
        return told.last if told.code == 0 else ""

    def _ask(self, code: str) -> Ran:
        return self._run((str(self.places.python), "-I", "-X", "utf8", "-c", code))

    def _pip(self, *words: str) -> Ran:
        options = ("--no-input", "--disable-pip-version-check", "--no-warn-script-location")
        return self._run((str(self.places.python), "-I", "-X", "utf8", "-m", "pip", *words, *options))

    def _xlpy(self, *words: str, shown: bool = False) -> Ran:
        return self._run((str(self.places.python), "-I", "-X", "utf8", "-m", "xlpy", *words), shown=shown)

    def _run(self, words: Sequence[str], *, shown: bool = False) -> Ran:
        done = self.run(words, shown)
        try:
            with self.places.log.open("a", encoding="utf-8") as log:
                log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {' '.join(words)}\n{done.said}\n= {done.code}\n\n")
        except OSError:
            self.say(f"{self.places.log} can't be written; what was run is not kept.")
        return done

    def _failed(self, what: str, done: Ran) -> NotInstalled:
        """Say why a program failed, with the cure of what fails most."""
        said = done.said.casefold()
        if any(words in said for words in _IN_USE):
            fix = "Something of it is in use: close Excel and every window of Manage to SL, and open this again."
        elif any(words in said for words in _NO_NET):
            fix = (
                "It needs pypi.org once: look whether this PC has internet, or ask IT to put what it needs into a"
                " folder 'wheels' beside this file (pip download)."
            )
        else:
            fix = f"Send {self.places.log} to your support."
        return NotInstalled(f"{what}: {done.last}.".replace("..", "."), fix)
