"""The modules of Windows and pywin32 that ``xlwings._xlwindows`` imports, as far as it uses them.

They are in ``sys.modules`` only while it is imported, so that no other library takes this machine for Windows.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import importlib
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .com import Box, ComError, Dispatched, OleObject, PyWinError, excel_refuses
from .contents import TimeType

RUNNING: dict[int, Any] = {}
"""The Excel of each window handle: what is on the screen."""

_NATIVE = (
    *("pywintypes", "pythoncom", "win32api", "win32con", "win32gui", "win32process"),
    *("win32timezone", "win32com", "win32com.client", "winerror"),
)


class CDispatch:
    """pywin32's late-bound object. The stand-in's are early bound: xlwings has the wrappers of Excel's types made."""


def _module(name: str, **members: Any) -> types.ModuleType:
    module = types.ModuleType(name)
    vars(module).update(members)
    return module


def _message_box(owner: int, text: str, title: str, style: int) -> int:
    """win32api.MessageBox. A text with a null character ends there; pywin32 refuses it."""
    if "\0" in text:
        raise ValueError("embedded null character")
    return int(RUNNING[owner].show(Box(text, title, style, owner)))


def _find_window(parent: int, _after: int, name: str, _title: str | None) -> int:
    """win32gui.FindWindowEx: XLDESK in Excel's window, EXCEL7 (a workbook's) in that; 0 when there is none.

    The stand-in has one number for all three.
    """
    excel = RUNNING.get(parent)
    if excel is None or (name == "EXCEL7" and not excel.books):
        return 0
    return parent


def _thread_and_process(window: int) -> tuple[int, int]:
    if window not in RUNNING:
        raise PyWinError(1400, "GetWindowThreadProcessId", "Invalid window handle.")
    return 1, RUNNING[window].pid


class _TimeZone(dt.tzinfo):
    """win32timezone.TimeZoneInfo, of which xlwings uses ``utc()``."""

    @staticmethod
    def utc() -> dt.tzinfo:
        return dt.UTC


class _Library:
    """A library of Windows: ``oledll.oleacc``, ``windll.user32`` …"""

    def __init__(self, **functions: Any) -> None:
        vars(self).update(functions)


def _object_from_window(window: int, _which: int, _iid: Any, pointer: Any) -> int:
    """oleacc.AccessibleObjectFromWindow: gives the window's object. Raises ``OSError`` when there is none."""
    if window not in RUNNING:
        raise OSError(-2147467259, "Unspecified error")
    pointer._obj.value = window
    return 0


class _PythonLibrary:
    """ctypes.PyDLL(pythoncom): of it xlwings uses the function that makes an object of a pointer."""

    def __init__(self, _path: str) -> None:
        def function(pointer: Any, _iid: Any, _add: bool) -> Any:
            return OleObject(RUNNING[pointer.value].window_object())

        self.PyCom_PyObjectFromIUnknown = function


def _dispatch(ole: Any) -> Any:
    return ole.target


def _dispatch_new(name: str) -> Any:
    """DispatchEx: a new process. The product never starts an Excel; whoever does, has to say so."""
    excel_refuses(f"{name} is not started by this stand-in")


def _windows_next(window: int | None) -> int:
    handles = list(RUNNING)
    if window is None:
        return handles[0] if handles else 0
    after = handles[handles.index(window) + 1 :] if window in handles else []
    return after[0] if after else 0


def user32(boxes: list[Box] | None = None) -> _Library:
    """ctypes.windll.user32. ``boxes`` gets what ``MessageBoxW`` shows: a box of Windows itself, of no program."""
    told: list[Box] = boxes if boxes is not None else []

    def message_box(owner: int | None, text: str, title: str, style: int) -> int:
        told.append(Box(text, title, style, owner or 0))
        return 1

    return _Library(
        GetTopWindow=lambda _parent: _windows_next(None),
        GetWindow=lambda window, _which: _windows_next(window),
        GetForegroundWindow=lambda: next(iter(RUNNING), 0),
        SetForegroundWindow=lambda _window: 1,
        SetWindowPos=lambda *_: 1,
        MessageBoxW=message_box,
    )


def windll(boxes: list[Box] | None = None) -> _Library:
    """ctypes.windll, which Python has on Windows only."""
    return _Library(user32=user32(boxes))


def _modules() -> dict[str, types.ModuleType]:
    times = _module("pywintypes", com_error=ComError, error=PyWinError, TimeType=TimeType, IID=str)
    client = _module(
        "win32com.client",
        CDispatch=CDispatch,
        CoClassBaseClass=type("CoClassBaseClass", (), {}),
        Dispatch=_dispatch,
        DispatchBaseClass=Dispatched,
        DispatchEx=_dispatch_new,
    )
    # The numbers are those of winuser.h.
    flags = {
        "MB_OK": 0x0,
        "MB_OKCANCEL": 0x1,
        "MB_YESNOCANCEL": 0x3,
        "MB_YESNO": 0x4,
        "MB_ICONINFORMATION": 0x40,
        "MB_ICONWARNING": 0x30,
    }
    made = (
        times,
        _module("pythoncom", ole_error=ComError, CoInitialize=lambda: None, __file__="pythoncom.dll"),
        _module("win32api", MessageBox=_message_box),
        _module("win32con", **flags),
        _module("win32gui", FindWindowEx=_find_window),
        _module("win32process", GetWindowThreadProcessId=_thread_and_process),
        _module("win32timezone", TimeZoneInfo=_TimeZone),
        _module("win32com", client=client),
        client,
        _module("winerror", RPC_E_CALL_REJECTED=-2147418111),
    )
    return {module.__name__: module for module in made}


@contextmanager
def _windows_for_import() -> Iterator[None]:
    """Have the modules, and what ctypes has on Windows, for the time of an import."""
    before = {name: sys.modules.get(name) for name in _NATIVE}
    loader = ctypes.PyDLL
    libraries = {
        "windll": windll(),
        "oledll": _Library(
            ole32=_Library(CLSIDFromString=lambda _text, _iid: 0),
            oleacc=_Library(AccessibleObjectFromWindow=_object_from_window),
        ),
    }
    there = {name: getattr(ctypes, name) for name in libraries if hasattr(ctypes, name)}
    sys.modules.update(_modules())
    ctypes.PyDLL = _PythonLibrary  # type: ignore[misc,assignment]
    for name, library in libraries.items():
        setattr(ctypes, name, library)
    try:
        yield
    finally:
        ctypes.PyDLL = loader  # type: ignore[misc]
        for name in libraries:
            if name in there:
                setattr(ctypes, name, there[name])
            else:
                delattr(ctypes, name)
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def load_xlwindows() -> types.ModuleType:
    """Import xlwings' Windows engine and return it: its own code, unchanged."""
    found = sys.modules.get("xlwings._xlwindows")
    if found is None:
        with _windows_for_import():
            found = importlib.import_module("xlwings._xlwindows")
    return found
