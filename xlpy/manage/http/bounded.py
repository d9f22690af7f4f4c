"""One exchange with a server that is bounded: it ends within a time as a whole, and its answer has a largest size.

The HTTP library's own time-outs are for each wait on the network: a server that sends a byte a second is never late
for it, and would hold the posting lock for hours.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import requests

MOST_BYTES = 200 * 2**20  # of an answer, unpacked; an export of 1,000 documents has about 20 MB
_PIECE = 64 * 2**10
_SLICE = 0.5  # seconds between two looks at the keyboard: Ctrl+C reaches a thread that waits only then on Windows

T = TypeVar("T")


class TookTooLong(requests.Timeout):
    """The answer was not complete within the time for the whole exchange."""


class AnswerTooLarge(requests.RequestException):
    """The answer has more bytes than any answer of Manage."""


def in_time(seconds: float, exchange: Callable[[], T]) -> T:
    """Return what ``exchange`` returns, or raise what it raises. Raises ``TookTooLong`` when it takes longer.

    It runs in a thread of its own, which is left behind then: nothing ends a read that the network keeps alive.
    """
    ended = threading.Event()
    found: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(exchange())
        except BaseException as error:  # noqa: BLE001 (it is raised again where it is waited for)
            failed.append(error)
        finally:
            ended.set()

    threading.Thread(target=run, name="one exchange with Manage", daemon=True).start()
    latest = time.monotonic() + seconds
    while not ended.wait(min(_SLICE, max(0.0, latest - time.monotonic()))):
        if time.monotonic() >= latest:
            raise TookTooLong(f"not complete within {seconds:g} s")
    if failed:
        raise failed[0]
    return found[0]


def whole(response: requests.Response, most: int = MOST_BYTES) -> requests.Response:
    """Read the body of a streamed response into it. Raises ``AnswerTooLarge`` at the first byte too many."""
    pieces: list[bytes] = []
    size = 0
    with response:
        for piece in response.iter_content(_PIECE):
            size += len(piece)
            if size > most:
                raise AnswerTooLarge(f"more than {most:,} bytes")
            pieces.append(piece)
    response._content = b"".join(pieces)  # noqa: SLF001 (what ``Response.content`` itself does when it reads the body)
    return response
