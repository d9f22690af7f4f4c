"""A server between the product and the demo site that spoils one answer: another shape, another type, a field gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import requests

Spoil = Callable[[bytes], bytes]
_HOP = frozenset({"connection", "content-length", "transfer-encoding", "date", "server", "content-encoding"})

WHOLE: dict[str, Spoil] = {
    "nothing": lambda _: b"",
    "null": lambda _: b"null",
    "a number": lambda _: b"7",
    "a text": lambda _: b'"Welcome"',
    "an empty record": lambda _: b"{}",
    "a list of nothing": lambda _: b"[null]",
    "a list of lists": lambda _: b"[[]]",
    "a list of empty records": lambda _: b"[{}]",
    "cut in the middle": lambda body: body[: len(body) // 2],
    "not UTF-8": lambda body: body + b"\xff\xfe",
    "nested without end": lambda _: b"[" * 100_000 + b"]" * 100_000,
    "a web page": lambda _: b"<html><body>Sign in</body></html>",
    "an error": lambda _: b'{"code": "NotFound", "message": "not here"}',
}
FIELDS: dict[str, Callable[[Any], Any]] = {
    "gone": lambda _: ...,
    "null": lambda _: None,
    "a list": lambda _: [1],
    "a record": lambda _: {"a": 1},
    "true": lambda _: True,
    "a very large number": lambda _: 10**40,
    "a long text": lambda _: "x" * 3_000,
}


@dataclass
class Between:
    """The server between. ``spoil``: which path's answers are spoiled, and how; ``paths``: what was asked for."""

    site: str
    url: str = ""
    path: str = ""
    spoil: Spoil | None = None
    paths: dict[str, bytes] = field(default_factory=dict)

    def answer(self, path: str, body: bytes) -> bytes:
        """Note an answer, and return what the product gets of it."""
        self.paths.setdefault(path, body)
        return self.spoil(body) if self.spoil is not None and path == self.path else body


@contextmanager
def between(site: str) -> Iterator[Between]:
    """Run the server in front of a site; both on the loopback address."""
    state = Between(site)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # a header and its body are two writes

        def _pass(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(length) if length else None
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            given = requests.request(
                self.command, state.site + self.path, data=sent, headers=headers, allow_redirects=False, timeout=30
            )
            body = state.answer(urlsplit(self.path).path, given.content) if given.ok else given.content
            self.send_response(given.status_code)
            for name, value in given.headers.items():
                if name.lower() not in _HOP:
                    self.send_header(name, value.replace(state.site, state.url))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass  # noqa: N815 # names that the library calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class BadAnswer:
    """Which path's answers are what."""

    what: str
    path: str
    spoil: Spoil


def bad_answers(paths: dict[str, bytes]) -> Iterator[BadAnswer]:
    """Spoil the answers of each path in turn: the whole answer, then each field of its first record."""
    for path in paths:
        for what, spoil in WHOLE.items():
            yield BadAnswer(f"{path} answers {what}", path, spoil)
    for path, body in paths.items():
        first = _first(json.loads(body)) if body.strip() else None
        for name in first or ():
            for what, change in FIELDS.items():
                yield BadAnswer(f"{path}: {name} is {what}", path, _spoiled_field(name, change))


def _first(data: object) -> dict[str, Any] | None:
    if isinstance(data, list):
        return _first(data[0]) if data else None
    return data if isinstance(data, dict) else None


def _spoiled_field(name: str, change: Callable[[Any], Any]) -> Spoil:
    def spoil(body: bytes) -> bytes:
        data = json.loads(body)
        record = _first(data)
        if record is not None and name in record:
            value = change(record.pop(name))
            if value is not ...:
                record[name] = value
        return json.dumps(data).encode()

    return spoil
