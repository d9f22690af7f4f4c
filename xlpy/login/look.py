"""How the log in window looks: sharp on every screen, and the same distances at every resolution."""

from __future__ import annotations

import tkinter as tk
from contextlib import suppress
from tkinter import font, ttk
from typing import Any

PAPER, INK, QUIET, LINE = "#f7f8fa", "#1d2733", "#5b6776", "#c3cad3"
GOOD, BAD, ACCENT = "#1b6e3c", "#b3261e", "#1f5fa8"
AT_ONE = 96.0  # dots per inch at which a pixel of ours is a pixel of the screen


def make_dpi_aware(windll: Any = None) -> None:
    """Tell Windows, before Tk starts, that we draw at the screen's own resolution; else the window is blurred.

    Does nothing elsewhere. ``windll``: Windows' libraries, for tests.
    """
    import ctypes

    libraries = getattr(ctypes, "windll", None) if windll is None else windll
    if libraries is None:
        return
    for library, function, values in (("shcore", "SetProcessDpiAwareness", (1,)), ("user32", "SetProcessDPIAware", ())):
        with suppress(AttributeError, OSError):  # the first is there since Windows 8.1
            getattr(getattr(libraries, library), function)(*values)
            return


class Look:
    """Colours, fonts and distances of one window."""

    def __init__(self, root: tk.Tk) -> None:
        self._scale = root.winfo_fpixels("1i") / AT_ONE
        self._font = font.nametofont("TkDefaultFont", root)
        style = ttk.Style(root)
        if style.theme_use() not in {"vista", "xpnative", "winnative", "aqua"}:
            self._draw_ourselves(root, style)
        style.configure("Hint.TLabel", foreground=QUIET)
        style.configure("Good.TLabel", foreground=GOOD)
        style.configure("Bad.TLabel", foreground=BAD)
        bold = font.Font(root, font=self._font, name="xlpyBold", exists=False)
        bold.configure(weight="bold")
        self._bold = bold  # Tk forgets a font that nobody holds
        style.configure("Half.TLabelframe.Label", font=bold)

    def px(self, distance: float) -> int:
        """Return a distance at 96 dots per inch in this screen's pixels."""
        return round(distance * self._scale)

    def lines(self, count: int) -> int:
        """Return the height of some lines of text in pixels."""
        return count * int(self._font.metrics("linespace"))

    def _draw_ourselves(self, root: tk.Tk, style: ttk.Style) -> None:
        """Where the system has no look of its own (X11): a quiet one, with marks as large as the text."""
        style.theme_use("clam")
        for name in ("TkDefaultFont", "TkTextFont", "TkMenuFont", "TkHeadingFont"):
            font.nametofont(name, root).configure(size=10)
        root.configure(background=PAPER)
        root.option_add("*TCombobox*Listbox.font", "TkTextFont")
        style.configure(".", background=PAPER, foreground=INK, bordercolor=LINE, focuscolor=ACCENT)
        style.configure("TEntry", padding=self.px(4), fieldbackground="white")
        style.configure("TCombobox", padding=self.px(4), arrowsize=self.px(15), fieldbackground="white")
        style.map("TCombobox", fieldbackground=[("readonly", "white")], selectbackground=[("readonly", "white")])
        style.map("TCombobox", selectforeground=[("readonly", INK)])
        style.map("TEntry", bordercolor=[("focus", ACCENT)], lightcolor=[("focus", ACCENT)])
        style.map("TCombobox", bordercolor=[("focus", ACCENT)], lightcolor=[("focus", ACCENT)])
        style.configure("TButton", padding=(self.px(10), self.px(4)), background="#e9edf2")
        style.map("TButton", background=[("active", "#dde4ec"), ("disabled", PAPER)])
        style.configure("TCheckbutton", indicatorsize=self.px(14), indicatormargin=self.px(4))
        style.configure("TLabelframe", bordercolor=LINE, lightcolor=PAPER, darkcolor=PAPER)
