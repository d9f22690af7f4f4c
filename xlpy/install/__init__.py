"""Installing for one user of Windows, by ``Install Manage to SL.cmd``: runs out of the package before it is installed.

So nothing but Python's own library may be imported in this room. Everything goes into one folder of the user;
workbooks, settings, logs and the posting ledger are elsewhere, and stay when that folder goes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["main"]

USAGE = "Give nothing to install or update, /uninstall to take it away; /quiet: without waiting and without the log-in."


def main(arguments: Sequence[str] | None = None) -> None:
    """Install, update or uninstall, and end the program: 0 done, 1 done in part, 2 not done."""
    from xlpy.install.places import on_windows, places_of_user
    from xlpy.install.program import Program
    from xlpy.install.removing import uninstall
    from xlpy.install.running import NotInstalled, run

    package, *given = sys.argv[1:] if arguments is None else arguments
    wishes = {one.casefold() for one in given}
    if wishes - {"/uninstall", "/quiet"}:
        sys.exit(_told(USAGE, 2))
    if not on_windows():
        sys.exit(
            _told("This installs on Windows. Elsewhere: python3 -m venv .venv, then .venv/bin/pip install xlpy", 2)
        )
    try:
        places = places_of_user()
        if "/uninstall" in wishes:
            code = uninstall(places, run, say=print)
        else:
            code = Program(places, run, say=print).install(Path(package), log_in="/quiet" not in wishes)
    except NotInstalled as error:
        code = _told(str(error), 2)
    except KeyboardInterrupt:
        code = _told("Stopped. Open the file again to finish it.", 2)
    sys.exit(code)


def _told(text: str, code: int) -> int:
    print(text)
    return code
