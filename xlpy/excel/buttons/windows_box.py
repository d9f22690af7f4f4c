"""A message box of Windows itself: for what has to be told while no workbook, or no Excel, can tell it."""

from __future__ import annotations

import ctypes
import logging

logger = logging.getLogger(__name__)

# winuser.h: an icon of attention; in front of all windows, since this process has none of its own
_MB_ICONWARNING, _MB_SETFOREGROUND, _MB_TOPMOST = 0x30, 0x10000, 0x40000


def show_windows_box(text: str, title: str) -> bool:
    """Show a box and wait until it is closed. Returns whether one was shown: not where there is no Windows."""
    libraries = getattr(ctypes, "windll", None)
    if libraries is None:
        return False
    style = _MB_ICONWARNING | _MB_SETFOREGROUND | _MB_TOPMOST
    try:
        shown = bool(libraries.user32.MessageBoxW(None, text.replace("\0", " "), title, style))
    except Exception:
        logger.exception("No box of Windows could be shown")
        return False
    return shown
