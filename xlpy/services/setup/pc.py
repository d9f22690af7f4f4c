"""Check setup, this PC: Python, the package, Excel and its macros, the workbook's Python, settings, ODBC driver."""

from __future__ import annotations

import os
import platform
import re
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlpy.domain.values.statuses import Verdict
from xlpy.services.setup.lines import Checked, Finding, guarded, line

if TYPE_CHECKING:
    from xlpy.profile.settings import Profile

OLDEST_PYTHON = (3, 11)
OLDEST_XLWINGS, NEXT_XLWINGS = (0, 37, 8), (1,)
OLDEST_DRIVER = 17
EXCEL_PATH = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
OFFICE = r"Office\16.0\Excel\Security"
MACROS_ALL, MACROS_ASK, MACROS_SIGNED, MACROS_NONE = 1, 2, 3, 4
ZONE_MARK = ":Zone.Identifier"  # what Windows adds to a file that came from the internet or by mail


@dataclass(frozen=True, slots=True)
class WorkbookSeen:
    """The workbook that the check is pressed in. ``interpreter`` and ``version``: as written in it."""

    path: str
    interpreter: str
    version: str = ""


def check_pc(profile: Profile | None, workbook: WorkbookSeen | None) -> Checked:
    """Check this PC; without a profile (its settings have mistakes) only what does not depend on it."""
    yield from guarded("PYTHON", _python)
    yield from guarded("PRODUCT", lambda: _product(workbook))
    yield from guarded("XLWINGS", _xlwings)
    yield from guarded("EXCEL", _excel)
    yield from guarded("INTERPRETER", lambda: _interpreter(workbook))
    yield from guarded("MACROS", lambda: _macros(workbook))
    if profile is not None:
        yield from guarded("SETTINGS", lambda: _settings(profile))
        yield from guarded("DRIVER", lambda: _driver(profile))


def settings_findings(error: Exception) -> Checked:
    """Say what is wrong with the settings, one line for each mistake."""
    from xlpy.errors import XlpyError
    from xlpy.profile.mistakes import SettingsFileWrong

    if isinstance(error, SettingsFileWrong):
        for mistake in error.mistakes:
            where = f", line {mistake.line}" if mistake.line else ""
            text = f"{mistake.key}: {mistake.text}"
            yield line("SETTINGS", Verdict.PROBLEM, text, fix=f"Correct {error.path.name}{where}.")
    elif isinstance(error, XlpyError):
        yield line("SETTINGS", Verdict.PROBLEM, error.text, fix=error.fix or None)
    else:
        raise error


def on_windows() -> bool:
    """Whether this PC runs Windows: elsewhere Excel, macros and registry can't be looked at."""
    return sys.platform == "win32"


def read_registry(root: str, key: str, name: str = "") -> str | int | None:
    """Return a value of the Windows registry (``HKCU`` or ``HKLM``); None when there is none, and on other systems."""
    if not on_windows():
        return None
    winreg: Any = import_module("winreg")
    roots = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}
    try:
        with winreg.OpenKey(roots[root], key) as opened:
            value, _kind = winreg.QueryValueEx(opened, name)
    except OSError:
        return None
    return value if isinstance(value, str | int) else None


def _python() -> Checked:
    good = sys.version_info >= OLDEST_PYTHON
    bits = "64 bit" if sys.maxsize > 2**32 else "32 bit"
    text = f"{platform.python_version()}, {bits}, {sys.executable}"
    yield line("PYTHON", Verdict.OK if good else Verdict.PROBLEM, text)


def _product(workbook: WorkbookSeen | None) -> Checked:
    from xlpy.version import __version__

    if workbook is not None and workbook.version and workbook.version != __version__:
        text = f"program {__version__}, workbook {workbook.version}"
        yield line("PRODUCT", Verdict.NOTE, text)
    else:
        yield line("PRODUCT", Verdict.OK, __version__)


def _xlwings() -> Checked:
    try:
        found = version("xlwings")
    except PackageNotFoundError:
        yield line("XLWINGS", Verdict.PROBLEM, "not installed in this Python")
        return
    numbers = tuple(int(part) for part in re.findall(r"\d+", found)[:3])
    good = OLDEST_XLWINGS <= numbers < NEXT_XLWINGS
    wanted = "" if good else f"; needed is {'.'.join(map(str, OLDEST_XLWINGS))} or newer, below {NEXT_XLWINGS[0]}"
    yield line("XLWINGS", Verdict.OK if good else Verdict.PROBLEM, f"{found}{wanted}")


def _excel() -> Checked:
    if not on_windows():
        text = f"not looked for on {platform.system() or 'this system'}: the buttons need Excel for Windows"
        yield line("EXCEL", Verdict.UNKNOWN, text, fix="")
        return
    path = read_registry("HKLM", EXCEL_PATH) or read_registry("HKCU", EXCEL_PATH)
    if path:
        yield line("EXCEL", Verdict.OK, str(path))
    else:
        yield line("EXCEL", Verdict.PROBLEM, "Windows knows no Excel on this PC")


def _interpreter(workbook: WorkbookSeen | None) -> Checked:
    if workbook is None:
        text = "no workbook was named"
        yield line("INTERPRETER", Verdict.UNKNOWN, text, fix="Press Check setup in it, or name it: --workbook.")
    elif not workbook.interpreter:
        text = "the workbook names no Python: Excel would take any it finds"
        yield line("INTERPRETER", Verdict.PROBLEM, text)
    elif not Path(workbook.interpreter).is_file():
        yield line("INTERPRETER", Verdict.PROBLEM, f"{workbook.interpreter} is not there on this PC")
    elif not _same_python(workbook.interpreter, sys.executable):
        text = f"the workbook names {workbook.interpreter}, this check runs in {sys.executable}"
        yield line("INTERPRETER", Verdict.NOTE, text)
    else:
        yield line("INTERPRETER", Verdict.OK, workbook.interpreter)


def _same_python(one: str, other: str) -> bool:
    """Whether both are of one installation: Excel may start pythonw.exe where the console has python.exe."""
    return os.path.normcase(Path(one).absolute().parent) == os.path.normcase(Path(other).absolute().parent)


def _macros(workbook: WorkbookSeen | None) -> Checked:
    if not on_windows():
        yield line("MACROS", Verdict.UNKNOWN, "Excel's macro settings are on Windows only", fix="")
        return
    if workbook is not None and Path(f"{workbook.path}{ZONE_MARK}").exists():
        text = "Windows has marked this workbook as coming from the internet: Excel blocks its macros"
        yield line("MACROS", Verdict.PROBLEM, text, fix="Explorer: right-click the file > Properties > Unblock.")
        return
    by_policy = read_registry("HKCU", rf"Software\Policies\Microsoft\{OFFICE}", "VBAWarnings")
    own = read_registry("HKCU", rf"Software\Microsoft\{OFFICE}", "VBAWarnings")
    level = by_policy if by_policy is not None else own
    who = " (set by IT)" if by_policy is not None else ""
    if level == MACROS_NONE:
        yield line("MACROS", Verdict.PROBLEM, f"all macros are off, without asking{who}")
    elif level == MACROS_SIGNED:
        yield line("MACROS", Verdict.PROBLEM, f"only signed macros run{who}; the workbook is not signed")
    elif level == MACROS_ALL:
        text = f"all macros run without asking{who}: also those of other files"
        yield line("MACROS", Verdict.NOTE, text)
    else:
        yield line("MACROS", Verdict.OK, f"Excel asks before it runs them{who}")


def _settings(profile: Profile) -> Checked:
    missing = [
        f"[{table}] {name}"
        for table, names in (("manage", ("url", "company", "client_id")), ("sl", ("url", "company")))
        for name in names
        if not getattr(getattr(profile, table), name)
    ]
    if missing:
        text = f"profile {profile.name!r} has no {', '.join(missing)} yet"
        yield line("SETTINGS", Verdict.NOTE, text, fix="Log in (xlpy login), or fill them in.")
        return
    bundle = profile.manage.ca_bundle
    if bundle and not Path(bundle).exists():
        text = f"the certificates {bundle} ([manage] ca_bundle) are not there"
        yield line("SETTINGS", Verdict.PROBLEM, text)
        return
    yield line("SETTINGS", Verdict.OK, f"profile {profile.name!r}: no mistakes")


def _driver(profile: Profile) -> Checked:
    url = profile.sl.url
    if not url:
        yield line("DRIVER", Verdict.UNKNOWN, "the settings name no SL database yet", fix="Log in first (xlpy login).")
        return
    if url.lower().startswith("sqlite"):
        yield line("DRIVER", Verdict.OK, "not needed for the demo company")
        return
    yield _named_driver(url)


def _named_driver(url: str) -> Finding:
    from xlpy.errors import SettingsError
    from xlpy.profile.odbc import best_driver, installed_drivers
    from xlpy.profile.sql_login import url_parts

    named = url_parts(url).get("driver", "")
    try:
        driver = named or best_driver()
        installed = installed_drivers()
    except SettingsError as error:
        return line("DRIVER", Verdict.PROBLEM, error.text, fix=error.fix)
    if named and named not in installed and not Path(named).is_file():
        have = ", ".join(installed) or "none"
        return line("DRIVER", Verdict.PROBLEM, f"[sl] url names {named!r}; installed: {have}")
    number = re.search(r"ODBC Driver (\d+)", driver) or re.search(r"msodbcsql.*?(\d+)\.", driver)
    if number is None or int(number[1]) < OLDEST_DRIVER:
        return line("DRIVER", Verdict.NOTE, f"{driver} is old: newer servers refuse it, and it does not encrypt")
    return line("DRIVER", Verdict.OK, driver)
