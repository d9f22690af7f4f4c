"""Every outside effect of a command, as a place where the process can die, or where the answer can get lost.

A place is before and after each SQL statement, before and after each commit, before a request of Manage is sent and
after it was answered, and before each file of the desk is opened for writing, renamed or removed. At a writing call of
Manage and at a commit the answer can also be lost: the work is done, and the product is told that the line is cut.
All of it is installed in a forked child and never taken out again: the child ends.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

import requests
from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

DEAD = 77  # exit code of a child that died where it was meant to
WRITING = ("POST", "PATCH", "PUT", "DELETE")
At = Callable[[str], None]
_FILES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "shutil.move"}
_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class AnswerLost(Exception):
    """Raised by ``at``: the work of this place is done, its answer does not come."""


def watch(folder: str, at: At) -> None:
    """Call ``at`` at every place. Files count below ``folder`` only."""
    _watch_sql(at)
    _watch_manage(at)
    _watch_files(folder, at)


def _watch_sql(at: At) -> None:
    event.listen(Engine, "before_cursor_execute", lambda _c, _u, statement, *_: at(f"before {statement[:60]}"))
    event.listen(Engine, "after_cursor_execute", lambda _c, _u, statement, *_: at(f"after {statement[:60]}"))
    commit = DefaultDialect.do_commit

    def counted(self: DefaultDialect, connection: Any) -> None:
        at("before COMMIT")
        commit(self, connection)
        try:
            at("after COMMIT")
        except AnswerLost:
            raise sqlite3.OperationalError("disk I/O error") from None

    DefaultDialect.do_commit = counted  # type: ignore[method-assign]


def _watch_manage(at: At) -> None:
    send = requests.Session.send

    def counted(self: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        what = f"{request.method} {str(request.path_url)[:70]}"
        at(f"before {what}")
        answer = send(self, request, **more)
        try:
            at(f"after {what}")
        except AnswerLost:
            raise requests.exceptions.ConnectionError("Connection aborted.", ConnectionResetError(104)) from None
        return answer

    requests.Session.send = counted  # type: ignore[method-assign]


def _watch_files(folder: str, at: At) -> None:
    def audited(what: str, arguments: tuple[Any, ...]) -> None:
        if what == "open":
            path, mode, flags = arguments
            writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool((flags or 0) & _FLAGS)
        else:
            writes, path = what in _FILES, arguments[0] if arguments else None
        if writes and isinstance(path, str | os.PathLike):
            name = os.fspath(path)
            if isinstance(name, str) and name.startswith(folder):
                at(f"before {what} {name[len(folder) + 1 :]}")

    sys.addaudithook(audited)


def dying_at(number: int) -> At:
    """Return what ends this process at the ``number``-th place, without any ``finally``."""
    return _at(number, lambda: os._exit(DEAD))


def losing_at(number: int) -> At:
    """Return what loses the answer of the ``number``-th place; one that has an answer."""

    def lost() -> None:
        raise AnswerLost

    return _at(number, lost)


def _at(number: int, what: Callable[[], None]) -> At:
    reached = 0

    def at(_place: str) -> None:
        nonlocal reached
        reached += 1
        if reached == number:
            what()

    return at


def can_be_lost(place: str) -> bool:
    """Whether an answer comes at this place that tells of something done."""
    return place == "after COMMIT" or place.startswith(tuple(f"after {method} /" for method in WRITING))
