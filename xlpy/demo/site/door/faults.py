"""Faults on demand: what proxies, busy servers and broken lines do, at the call a test or the demo's user picks."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong. ``DROP_AFTER`` does the work, then breaks the line: a time-out, to the caller.

    ``ERROR_OBJECT``: an error in the words of Manage, with status 200.
    """

    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    NOT_ACCEPTABLE = "406"
    TOO_MANY = "429"
    SERVER_TIMEOUT = "500"
    UNAVAILABLE = "503"
    DROP_BEFORE = "drop before"
    DROP_AFTER = "drop after"
    HTML = "html"
    TEXT = "text"
    ERROR_OBJECT = "error object"
    STALE_CODEBASE = "stale codebase"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault at the ``nth`` matching call from when it was added on, and at the ``times - 1`` matching calls after it.

    ``method``: empty for any. ``path``: a regular expression that the whole path (``/finance/accounting/batches``,
    ``/login/companyinfo/…``) must match. ``times``: None for ever. ``retry_after``: seconds, for 429 and 503.
    ``status``: the HTTP status of ``HTML`` (502) and ``TEXT`` (404), when another is wanted. ``after``: the work is
    done before it goes wrong.
    """

    kind: FaultKind
    method: str = ""
    path: str = ".*"
    nth: int = 1
    times: int | None = 1
    retry_after: int | None = None
    status: int = 0
    after: bool = False


HTML_BODY = "<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
TEXT_BODY = "Cannot route. Codebase/company is invalid."
STATUS_BODIES = {
    FaultKind.UNAUTHORIZED: {"code": "ConnectWiseApi", "message": "UserNotAuthenticated"},
    FaultKind.FORBIDDEN: {"code": "Forbidden", "message": "The member's security role does not allow this."},
    FaultKind.NOT_FOUND: {"code": "NotFound", "message": "The resource was not found."},
    FaultKind.NOT_ACCEPTABLE: {"code": "NotAcceptable", "message": "The requested version is not supported."},
    FaultKind.TOO_MANY: {"code": "TooManyRequests", "message": "Too many requests; try again later."},
    FaultKind.SERVER_TIMEOUT: {"code": "ConnectWiseApi", "message": "Execution timeout expired on the server."},
    FaultKind.UNAVAILABLE: {"code": "ServiceUnavailable", "message": "The service is unavailable."},
}


class Faults:
    """The faults of a site, counted per fault."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fault, re.Pattern[str], list[int]]] = []

    def add(self, fault: Fault) -> None:
        """Arm a fault. Raises ``re.error`` for a path that is no regular expression."""
        with self._lock:
            self._waiting.append((fault, re.compile(fault.path), [0]))

    def clear(self) -> None:
        """Disarm all of them."""
        with self._lock:
            self._waiting.clear()

    def next_for(self, method: str, path: str) -> Fault | None:
        """Count a call and return the fault that hits it; of several, the one that was added first."""
        hit: Fault | None = None
        with self._lock:
            for fault, pattern, count in self._waiting:
                if fault.method.upper() in ("", method) and pattern.fullmatch(path):
                    count[0] += 1
                    due = count[0] >= fault.nth and (fault.times is None or count[0] < fault.nth + fault.times)
                    if due and hit is None:
                        hit = fault
        return hit
