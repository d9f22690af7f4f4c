"""COM as pywin32 gives it: errors, objects whose members are known, and the process that answers each call.

Every object of the model derives from ``ComObject``. A member is ``@got`` (a property) or ``@called`` (a method); each
use of one is one call between two processes, counted, and refused when Excel is busy, gone or in a cell being edited.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

RPC_E_CALL_REJECTED = -2147418111
"""0x80010001, winerror.h: the callee is busy (a dialog is open, a macro runs)."""
RPC_S_SERVER_UNAVAILABLE = -2147023174
"""0x800706BA: the process is gone."""
DISP_E_EXCEPTION = -2147352567
"""0x80020009, winerror.h: the callee raised; its words and code are in the error's third part."""
DISP_E_UNKNOWNNAME = -2147352570
"""0x80020006, winerror.h: no such member."""
DISP_E_BADINDEX = -2147352565
"""0x8002000B, winerror.h: a collection has no such item (VBA's 'subscript out of range')."""
VBA_E_IGNORE = -2146777998
"""0x800AC472: Excel ignores calls while a cell is edited (xlwings, ``COMRetryObjectWrapper.__setattr__``)."""
ERROR_1004 = -2146827284
"""0x800A03EC: the number 1004 of VBA, under which Excel's object model tells nearly everything."""

PROTECTED = (
    "The cell or chart you're trying to change is on a protected sheet. To make a change, unprotect the sheet. You "
    "might be requested to enter a password."
)


class ComError(Exception):
    """pywin32's ``com_error``: hresult, its text, (code, source, description, help file, help id, scode), argument."""

    def __init__(
        self, hresult: int, text: str, excepinfo: tuple[Any, ...] | None = None, arg: int | None = None
    ) -> None:
        super().__init__(hresult, text, excepinfo, arg)
        self.hresult = hresult
        self.strerror = text
        self.excepinfo = excepinfo
        self.argerror = arg


ComError.__name__ = ComError.__qualname__ = "com_error"
ComError.__module__ = "pywintypes"


class NotModelled(AssertionError):
    """The stand-in does not know what Excel does here: the test has to be told, never a guess."""


def excel_refuses(text: str) -> NoReturn:
    """Raise what Excel answers with number 1004 and these words."""
    raise ComError(
        DISP_E_EXCEPTION, "Exception occurred.", (0, "Microsoft Excel", text, "xlmain11.chm", 0, ERROR_1004), None
    )


def no_such_item() -> NoReturn:
    """Raise what a collection answers for a name or number that it does not have."""
    raise ComError(DISP_E_EXCEPTION, "Exception occurred.", (0, None, None, None, 0, DISP_E_BADINDEX), None)


@dataclass(frozen=True)
class Box:
    """A message box that was shown. ``style``: Windows' MB_ flags, ``owner``: the window it belongs to."""

    text: str
    title: str
    style: int
    owner: int

    @property
    def icon(self) -> str:
        """``info``, ``warning``, ``error`` or nothing."""
        return {0x10: "error", 0x30: "warning", 0x40: "info"}.get(self.style & 0xF0, "")


class Wire:
    """What stands between Python and one running Excel: counts the calls, and refuses them when Excel would."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.rejections = 0  # calls that a busy Excel still rejects
        self.ignored = 0  # calls until the user has finished editing the cell
        self.gone = False
        self.unmodelled: list[str] = []
        self.boxes: list[Box] = []
        self.refuses_boxes = False
        self.answers = "yes"  # to a question

    @property
    def count(self) -> int:
        """All calls so far."""
        return sum(self.calls.values())

    def busy(self, calls: int) -> None:
        """Let Excel reject the next ``calls`` calls."""
        self.rejections = calls

    def edit_cell(self, calls: int) -> None:
        """Let the user be in a cell for the next ``calls`` calls."""
        self.ignored = calls

    def enter(self, how: str, member: str) -> None:
        """Count a call and let it through. Raises ``ComError`` when Excel does not take it.

        Editing a cell: a property that is put answers DISP_E_EXCEPTION with the code inside (xlwings' comment there),
        other calls answer the code itself.
        """
        self.calls[member] += 1
        if self.gone:
            raise ComError(RPC_S_SERVER_UNAVAILABLE, "The RPC server is unavailable.")
        if self.rejections:
            self.rejections -= 1
            raise ComError(RPC_E_CALL_REJECTED, "Call was rejected by callee.")
        if self.ignored:
            self.ignored -= 1
            if how == "put":
                raise ComError(DISP_E_EXCEPTION, "Exception occurred.", (0, None, None, None, 0, VBA_E_IGNORE))
            raise ComError(VBA_E_IGNORE, "OLE error 0x800ac472")

    def not_modelled(self, what: str) -> NoReturn:
        """Say that a test needs a rule which the stand-in has not got. Kept too, should somebody catch the error."""
        self.unmodelled.append(what)
        raise NotModelled(what)

    def show(self, box: Box) -> int:
        """Show a message box, and answer at once: OK, or to a question (MB_YESNO) what the user ``answers``."""
        if self.refuses_boxes:
            raise PyWinError(1400, "MessageBox", "Invalid window handle.")
        self.boxes.append(box)
        if box.style & 0xF == 4:
            return {"yes": 6, "no": 7}[self.answers]  # IDYES, IDNO
        return 1


class PyWinError(Exception):
    """pywin32's ``pywintypes.error``: (code of Windows, function, text)."""


PyWinError.__name__ = PyWinError.__qualname__ = "error"
PyWinError.__module__ = "pywintypes"


class Dispatched:
    """The base of pywin32's objects: by it xlwings knows what to wrap."""


class OleObject:
    """What pywin32 keeps under ``_oleobj_``: the object itself, asked for a member's number by its name."""

    def __init__(self, target: ComObject) -> None:
        self.target = target

    def GetIDsOfNames(self, _lcid: int, name: str) -> int:
        """Return a member's number. Raises ``ComError`` when the object has no such member."""
        self.target._wire.enter("get", "IDispatch.GetIDsOfNames")
        if not isinstance(getattr(type(self.target), name, None), Member):
            raise ComError(DISP_E_UNKNOWNNAME, "Unknown name.")
        return 1


class Member(property):
    """A property of an object of Excel. Each reading and each writing is one call."""

    name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"{owner.__name__}.{name}"

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        if obj is None:
            return self
        obj._wire.enter("get", self.name)
        return super().__get__(obj, owner)

    def __set__(self, obj: Any, value: Any) -> None:
        obj._wire.enter("put", self.name)
        super().__set__(obj, plain(value))


def got(function: Callable[[Any], Any]) -> Member:
    """A property; ``.setter`` makes it one that can be put."""
    return Member(function)


def called(function: Callable[..., Any]) -> Callable[..., Any]:
    """A method: one call."""

    @functools.wraps(function)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._wire.enter("call", f"{type(self).__name__}.{function.__name__}")
        return function(self, *map(plain, args), **{name: plain(value) for name, value in kwargs.items()})

    return method


def plain(value: Any) -> Any:
    """Return the object of the model behind a wrapper of xlwings, or the value itself."""
    if value is None or isinstance(value, Dispatched | str | int | float | tuple | list):
        return value
    ole = getattr(value, "_oleobj_", None)
    return ole.target if isinstance(ole, OleObject) else value


class ComObject(Dispatched):
    """An object of Excel. Members that it does not have raise ``AttributeError``, as pywin32's early binding does."""

    _wire: Wire

    def __init__(self, wire: Wire) -> None:
        object.__setattr__(self, "_wire", wire)

    @property
    def _oleobj_(self) -> OleObject:
        return OleObject(self)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
            return
        member = getattr(type(self), name, None)
        if not isinstance(member, Member) or member.fset is None:
            raise AttributeError(f"Property '{type(self).__name__}.{name}' can not be set.")
        member.__set__(self, value)


class ComCollection(ComObject):
    """A collection of Excel: ``Count``, ``Item`` and calling it are one call each, walking it is one a member."""

    def _members(self) -> list[Any]:
        raise NotImplementedError

    def _find(self, key: Any) -> Any:
        members = self._members()
        if isinstance(key, str):
            for member in members:
                if member._name().casefold() == key.casefold():
                    return member
        elif isinstance(key, int | float) and 1 <= key <= len(members):
            return members[int(key) - 1]
        no_such_item()

    @got
    def Count(self) -> int:
        return len(self._members())

    @called
    def Item(self, key: Any) -> Any:
        return self._find(key)

    def __call__(self, key: Any) -> Any:
        self._wire.enter("call", f"{type(self).__name__}.Item")
        return self._find(plain(key))

    def __len__(self) -> int:
        self._wire.enter("get", f"{type(self).__name__}.Count")
        return len(self._members())

    def __iter__(self) -> Any:
        for member in self._members():
            self._wire.enter("call", f"{type(self).__name__}._NewEnum")
            yield member
