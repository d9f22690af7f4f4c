"""A scripted server for what the demo site can't play, the demo site, and clients that never really sleep."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from demo_site_looks import SECRETS, exported

from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.manage.client import ManageClient
from xlpy.manage.http.transport import Transport
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings

API = "/v4_6_release/apis/3.0"


@dataclass(frozen=True)
class Reply:
    """``body``: bytes as they are, anything else as JSON; ``drop``: break the line; ``hang``: never answer.

    ``drip``: seconds between two bytes of the body.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    hang: bool = False
    drip: float = 0


@dataclass(frozen=True)
class Served:
    """A call as it arrived. ``path`` is below the API's base address where it is one of the API."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


class Stub:
    """A server that answers what a test tells it; the last reply of a path is repeated."""

    def __init__(self) -> None:
        self.calls: list[Served] = []
        self.replies: dict[tuple[str, str], list[Any]] = {}
        self.closing = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.on("GET", "/login/companyinfo/acme", {"Codebase": "v4_6_release/"})
        self.on("GET", f"{API}/system/info", {"version": "v2025.8.1", "isCloud": True})

    def on(self, method: str, path: str, *replies: Any) -> None:
        """Answer these in turn: a ``Reply``, a function of the call, or just a body."""
        self.replies[method, path] = list(replies)

    def served(self, path: str, method: str = "") -> list[Served]:
        """Return the calls to a path that arrived."""
        return [c for c in self.calls if c.path == path and method in ("", c.method)]

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def _next(self, call: Served) -> Reply:
        known = self.replies.get((call.method, call.path))
        if not known:
            return Reply({"code": "NotFound", "message": "not here"}, 404)
        reply = known.pop(0) if len(known) > 1 else known[0]
        if callable(reply):
            reply = reply(call)
        return reply if isinstance(reply, Reply) else Reply(reply)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                query = {k: v[0] for k, v in parse_qs(parts.query).items()}
                headers = {k.lower(): v for k, v in self.headers.items()}
                call = Served(self.command, parts.path, query, headers, json.loads(raw) if raw else None)
                stub.calls.append(call)
                reply = stub._next(call)
                if reply.hang:
                    stub.closing.wait(20)
                if reply.drop or reply.hang:
                    self.close_connection = True
                    self.connection.close()
                    return
                body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if not reply.drip:
                    self.wfile.write(body)
                    return
                for at in range(len(body)):
                    if stub.closing.wait(reply.drip):
                        return
                    self.wfile.write(body[at : at + 1])

            do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815  (the names that http.server calls)

            def log_message(self, *args: object) -> None:
                """Keep quiet."""

            def handle(self) -> None:
                try:
                    super().handle()
                except (OSError, ValueError):
                    self.close_connection = True

            def finish(self) -> None:
                try:
                    super().finish()
                except (OSError, ValueError):
                    self.close_connection = True

        return Handler


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    yield server
    server.close()


@pytest.fixture
def other_host() -> Iterator[Stub]:
    """Another server, which must never be called."""
    server = Stub()
    yield server
    server.close()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def slept() -> list[float]:
    """How long the client wanted to sleep."""
    return []


@pytest.fixture
def patience() -> float:
    """Seconds until an answer is given up: more than a busy PC takes; where no answer comes, a test asks for less."""
    return 30


@pytest.fixture
def settings(stub: Stub, patience: float) -> ManageSettings:
    return ManageSettings(
        url=stub.url,
        company="acme",
        client_id="11111111-2222-3333-4444-555555555555",
        public_key="PublicKeyOfTests",
        connect_timeout=30,
        read_timeout=patience,
        export_timeout=patience,
    )


@pytest.fixture
def secrets() -> ManageSecrets:
    return ManageSecrets(private_key="PrivateKeyOfTests", integrator_password="PasswordOfTests")


@pytest.fixture
def open_client(
    settings: ManageSettings, secrets: ManageSecrets, slept: list[float]
) -> Iterator[Callable[..., ManageClient]]:
    """Make clients with changed settings; closed after the test."""
    opened: list[ManageClient] = []

    def make(**changes: Any) -> ManageClient:
        made = ManageClient(replace(settings, **changes), secrets, sleep=slept.append)
        opened.append(made)
        return made

    yield make
    for made in opened:
        made.close()


@pytest.fixture
def client(open_client: Callable[..., ManageClient]) -> ManageClient:
    return open_client()


@pytest.fixture
def transport(settings: ManageSettings, secrets: ManageSecrets, slept: list[float]) -> Iterator[Transport]:
    made = Transport(settings, secrets, sleep=slept.append)
    yield made
    made.close()


# --- the demo site -----------------------------------------------------------------------------------------------


@pytest.fixture
def running():
    with serve(generate_site(invoices=60)) as served:
        yield served


@pytest.fixture
def site(running):
    return running.site


@pytest.fixture
def site_settings(running):
    return ManageSettings(
        url=running.url,
        company=access.COMPANY,
        client_id=access.CLIENT_ID,
        public_key=access.PUBLIC_KEY,
        export_chunk=25,
    )


@pytest.fixture
def manage(site_settings, slept):
    with ManageClient(site_settings, SECRETS, sleep=slept.append) as client:
        yield client


@pytest.fixture
def as_member(site_settings, slept):
    settings = replace(site_settings, public_key="", member=access.MEMBER, integrator=access.INTEGRATOR)
    with ManageClient(settings, SECRETS, sleep=slept.append) as client:
        yield client


@pytest.fixture
def two(manage, site):
    """Two exported invoices."""
    return exported(manage, site.unposted_invoice_ids()[:2])


@pytest.fixture
def entries(two):
    return [i for invoice in two for i in invoice.all_entry_ids]
