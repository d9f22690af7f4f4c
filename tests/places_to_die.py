"""Where a process could die: before and after every SQL statement and HTTP call, and before every commit.

The crash stories count these places in one whole run, and then really end a forked child at one of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import requests
from sqlalchemy import event

from xlpy.services.run.session import Session

DEAD = 77  # exit code of a child that died where it was meant to


def count_places(session: Session, at: Callable[[str], None]) -> None:
    """Call ``at`` at every place. It stays in force: put ``requests.Session.send`` back when the process lives on."""
    engine = session.sl.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: at(f"before {statement[:50]}"))
    event.listen(engine, "after_cursor_execute", lambda _c, _u, statement, *_: at(f"after {statement[:50]}"))
    event.listen(engine, "commit", lambda _c: at("before COMMIT"))
    send = requests.Session.send

    def counted(self: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        at(f"before {request.method} {str(request.path_url)[:60]}")
        answer = send(self, request, **more)
        at(f"after {request.method} {str(request.path_url)[:60]}")
        return answer

    requests.Session.send = counted  # type: ignore[method-assign]


def dying_at(number: int) -> Callable[[str], None]:
    """Return what ends this process at the ``number``-th place, without any ``finally``."""
    reached = 0

    def at(_place: str) -> None:
        nonlocal reached
        reached += 1
        if reached == number:
            os._exit(DEAD)

    return at
