"""Pressing a ribbon button in the stand-in's Excel, the way the macro ``RunPython`` starts Python for it."""

from __future__ import annotations

import ctypes
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlwings.main

from .application import Excel
from .com import Box
from .user import User
from .windows import load_xlwindows, windll


class _SystemOfWindows(types.ModuleType):
    """``sys`` as xlwings sees it: of Windows. Everything else is the real one."""

    platform = "win32"

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


class Stage:
    """One running Excel with a workbook open. ``windows_boxes``: boxes that no Excel showed."""

    def __init__(self, path: Path) -> None:
        self.xlwindows = load_xlwindows()
        self.excel = Excel()
        self.workbook = self.excel.open(path)
        self.user = User(self.excel)
        self.windows_boxes: list[Box] = []

    def close(self) -> None:
        """End this Excel. What it was asked and does not model is an error of the test, whoever caught it before."""
        if self.workbook._file.vba_archive:
            self.workbook._file.vba_archive.close()
        self.excel.end()
        assert not self.excel.unmodelled, self.excel.unmodelled

    @property
    def boxes(self) -> list[Box]:
        """The message boxes so far."""
        return self.excel.boxes

    def book(self) -> Any:
        """The workbook as xlwings' book: its own Windows classes over the stand-in's objects."""
        app = xlwings.main.App(impl=self.xlwindows.App(xl=self.excel.hwnd))
        return app.books[self.workbook._name()]

    @contextmanager
    def called_by_excel(self) -> Iterator[None]:
        """Have the process look as one that the macro started: Windows, and the arguments of xlwings.bas."""
        name = self.workbook._name()
        arguments = ["-c", f"--wb={name}", "--from_xl=1", f"--app={sys.executable}", f"--hwnd={self.excel.hwnd}"]
        real, there, argv = xlwings.main.sys, getattr(ctypes, "windll", None), sys.argv
        attempts = self.xlwindows.N_COM_ATTEMPTS
        xlwings.main.sys = _SystemOfWindows("sys")  # type: ignore[assignment]
        sys.argv = arguments
        ctypes.windll = windll(self.windows_boxes)  # type: ignore[attr-defined]
        try:
            yield
        finally:
            xlwings.main.sys, sys.argv = real, argv
            self.xlwindows.N_COM_ATTEMPTS = attempts
            if there is None:
                del ctypes.windll  # type: ignore[attr-defined]
            else:
                ctypes.windll = there  # type: ignore[attr-defined]

    def press(self, button: str) -> Any:
        """Press a button of the ribbon: ``macros.run`` finds the workbook by the arguments alone."""
        from xlpy import macros

        with self.called_by_excel():
            return macros.run(button)

    def calls_of(self, button: str) -> int:
        """Press a button and return how many calls it made."""
        before = self.excel.count
        self.press(button)
        return self.excel.count - before

    def save(self) -> None:
        """Save, as the user does."""
        self.workbook._write_to(self.workbook._path)
