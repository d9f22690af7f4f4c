"""Log in and log out as the ribbon and the command line start them: by window, else by prompts, else with words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xlpy.errors import XlpyError
from xlpy.login.saving import Saved, log_out


class NoWindow(XlpyError):
    """The log in window can't be opened on this PC."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(f"The log in window can't be opened: {reason}.", fix=fix)


_TK_MISSING = "this Python has no tkinter"
_TK_FIX = "Install it (Debian and Ubuntu: apt install python3-tk), or log in by 'xlpy login --no-window' in a console."


def log_in(path: Path, *, on_top: bool = False) -> Saved | None:
    """Show the log in window for a settings file; None when it was cancelled, and nothing is changed then.

    Raises ``NoWindow`` when Tk or a screen is missing.
    """
    try:
        import tkinter as tk

        from xlpy.login.window import ask_in_window
    except ImportError as error:
        raise NoWindow(_TK_MISSING, _TK_FIX) from error
    try:
        return ask_in_window(path, on_top=on_top)
    except tk.TclError as error:
        raise NoWindow(f"there is no screen ({error})", "Log in by 'xlpy login --no-window' in a console.") from error


def log_in_anyhow(path: Path, *, window: bool, from_pipe: bool, say: Callable[[str], None]) -> Saved | None:
    """Log in by the window, or by prompts when there is none or it is not wanted."""
    from xlpy.login.prompts import ask_in_console

    if window and not from_pipe:
        try:
            return log_in(path)
        except NoWindow as error:
            say(f"{error.text} Asking here instead.")
            if error.text.endswith(f"{_TK_MISSING}."):
                say(_TK_FIX)
    return ask_in_console(path, from_pipe=from_pipe, say=say)


def log_out_of(path: Path) -> tuple[tuple[str, ...], str]:
    """Remove the saved passwords of a settings file; return what was removed, and all of it in words.

    Raises ``SettingsError`` when the file can't be read or the keyring does not answer.
    """
    from xlpy.profile.settings import read_profile

    removed = log_out(read_profile(path))
    named = f"Removed from the keyring of this PC: {'; '.join(removed)}." if removed else ""
    text = named or f"No passwords of the profile {path} were saved on this PC."
    return removed, f"{text} Environment variables (XLPY_…) are not touched."
