"""Taking the program away again: its folder and the saved passwords; nothing of the user's, and nothing in SL."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from xlpy.install.places import Places
from xlpy.install.running import NotInstalled, Runner

_PROFILES = "from xlpy.profile.profiles import known_profiles; print(*known_profiles(), sep='\\n')"
STAYS = (
    "Workbooks, settings and logs stay where they are, and the posting ledger stays in SL: it is the memory of what was"
    " posted."
)


def uninstall(places: Places, run: Runner, *, say: Callable[[str], None]) -> int:
    """Take passwords and folder away, and return 0. Asks nothing: what it takes can be installed again.

    All or nothing of the folder: it is renamed first, which Windows refuses while anything in it is in use. Raises
    ``NotInstalled`` then, and for a folder that was not made by this program.
    """
    leaving = places.folder.with_name(f"{places.folder.name}.leaving")
    if not places.folder.exists():
        _remove(leaving)
        say(f"Manage to SL is not installed for this user. {STAYS}")
        return 0
    if not places.mark.is_file():
        raise NotInstalled(
            f"{places.folder} was not made by this program, so it is left alone.", "Look at it yourself."
        )
    forgotten = _forget_passwords(places, run)
    _remove(leaving)
    try:
        places.folder.rename(leaving)
    except OSError as error:
        raise NotInstalled(
            f"{places.folder} is in use: {error.strerror or error}.",
            "Close Excel and every window of Manage to SL, and open this again.",
        ) from error
    _remove(leaving)
    if leaving.exists():
        say(f"{leaving} could not be removed completely; delete it when Windows lets you.")
    say(f"Manage to SL is taken away{forgotten}. {STAYS}")
    return 0


def _forget_passwords(places: Places, run: Runner) -> str:
    """Log out of every profile; a program that no longer runs can't, and that is said."""
    python = str(places.python)
    told = run((python, "-I", "-c", _PROFILES), False)
    profiles = told.said.splitlines() if told.code == 0 else []
    done = [run((python, "-I", "-m", "xlpy", "logout", "--profile", one), False) for one in profiles if one.strip()]
    if told.code or any(one.code for one in done):
        return "; saved passwords could not be removed: look in Windows' Credential Manager for Manage to SL"
    return ", and the saved passwords with it" if done else ""


def _remove(leaving: object) -> None:
    shutil.rmtree(str(leaving), ignore_errors=True)
