"""Serving the demo site over HTTP/1.1 on the loopback address, with connections kept alive."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from http.client import responses
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl

import msgspec
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from xlpy.demo.site.door.access import check_caller
from xlpy.demo.site.door.answers import Answer, Refusal
from xlpy.demo.site.door.faults import HTML_BODY, STATUS_BODIES, TEXT_BODY, Fault, FaultKind
from xlpy.demo.site.door.lists import ListQuery
from xlpy.demo.site.door.routes import COMPANY_INFO, Call, Route, all_routes
from xlpy.demo.site.export.turned import turned_answer
from xlpy.demo.site.store import Exchange, Site
from xlpy.errors import SettingsError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = "127.0.0.1"
CODEBASE = "v4_6_release"
API = "/apis/3.0"
REFUSAL = "ErrorResponseMessage"  # the form of every refusal
JSON_TYPE = "application/json; charset=utf-8"


class _LineDropped(ConnectionError):
    """The connection is to be broken without an answer."""


@cache
def _maps() -> tuple[Map, Map]:
    """Return the paths of the API and of the login. Compiled once: they are the same for every site, and slow to."""
    api = Map([_rule(route) for route in all_routes()], strict_slashes=True, merge_slashes=False)
    return api, Map([_rule(COMPANY_INFO)], strict_slashes=True, merge_slashes=False)


class SiteApp:
    """The site as a WSGI application."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._api, self._login = _maps()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answer one request; raises ``ConnectionError`` when the line is to be dropped instead."""
        request = Request(environ)
        response = self._respond(request)
        return list(response(environ, start_response))

    def _respond(self, request: Request) -> Response:
        codebase, path = _split_path(request.path)
        method = request.method
        self.site.calls.append((method, path))
        _run_hook(self.site.before_request, method, path)
        fault = self.site.faults.next_for(method, path)
        if fault is not None and fault.kind is not FaultKind.DROP_AFTER and not fault.after:
            return self._fail(fault)
        response = self._work(request, codebase, path)
        _run_hook(self.site.after_request, method, path)
        return response if fault is None else self._fail(fault)

    def _work(self, request: Request, codebase: str | None, path: str) -> Response:
        site = self.site
        with site.lock:
            if codebase not in (None, CODEBASE, site.records.codebase):
                return Response(TEXT_BODY, 404, content_type="text/plain; charset=utf-8")
            try:
                answer = self._answer(request, path, public=codebase is None)
                body = replace(answer, body=turned_answer(answer.body, site.harsh)).encode()
            except Refusal as refusal:
                answer = Answer(refusal.body, refusal.status)
                body = answer.encode()
        response = Response(body, answer.status, content_type=JSON_TYPE if body else None)
        response.headers.extend(answer.headers)
        if codebase is not None:
            response.headers["api-current-version"] = _api_version(site)
        return response

    def _answer(self, request: Request, path: str, *, public: bool) -> Answer:
        caller = "" if public else check_caller(request.headers, self.site.tokens, self.site.clock())
        routes = self._login if public else self._api
        try:
            route, ids = _matched(routes, path, request.method)
        except (NotFound, RequestRedirect):
            raise Refusal(404, "NotFound", f"There is no resource {path}.") from None
        except MethodNotAllowed:
            raise Refusal(405, "MethodNotAllowed", f"{request.method} is not allowed for {path}.") from None
        if caller == "integrator" and not path.endswith("/tokens"):
            raise Refusal(403, "Forbidden", "The integrator login of this site gets tokens only.")
        pairs = parse_qsl(request.query_string.decode(errors="replace"))
        parameters = {name.lower(): value for name, value in pairs}
        forward = request.headers.get("pagination-type", "").lower() == "forward-only"
        harsh = self.site.harsh
        if len(request.query_string) + len(request.path) > harsh.longest_query:
            # Microsoft's web server: requestFiltering, maxQueryString (404.15).
            raise Refusal(404, "NotFound", "The request filtering module denies a query string that is too long.")
        query = ListQuery(parameters, request.base_url, forward_only=forward, harsh=harsh)
        body = request.get_data()
        try:
            answer = route.handler(self.site, Call(ids, query, body, caller))
        except Refusal as refusal:
            self._tell(request.method, route, parameters, body, Answer(refusal.body, refusal.status), REFUSAL)
            raise
        self._tell(request.method, route, parameters, body, answer, route.answer)
        return answer

    def _tell(
        self, method: str, route: Route, parameters: dict[str, str], body: bytes, answer: Answer, form: str
    ) -> None:
        """Show a request and its answer to whoever watches the site."""
        if self.site.watch is not None:
            turned = replace(answer, body=turned_answer(answer.body, self.site.harsh)).encode()
            self.site.watch(Exchange(method, route.path, parameters, body, form, answer.status, turned))

    def _fail(self, fault: Fault) -> Response:
        match fault.kind:
            case FaultKind.DROP_BEFORE | FaultKind.DROP_AFTER:
                raise _LineDropped
            case FaultKind.HTML:
                return Response(HTML_BODY, fault.status or 502, content_type="text/html; charset=utf-8")
            case FaultKind.ERROR_OBJECT:
                body = msgspec.json.encode(STATUS_BODIES[FaultKind.SERVER_TIMEOUT])
                return Response(body, 200, content_type=JSON_TYPE)
            case FaultKind.TEXT:
                return Response(TEXT_BODY, fault.status or 404, content_type="text/plain; charset=utf-8")
            case FaultKind.STALE_CODEBASE:
                self.site.upgrade(_next_codebase(self.site.records.codebase))
                return Response(TEXT_BODY, 404, content_type="text/plain; charset=utf-8")
        body = msgspec.json.encode(STATUS_BODIES[fault.kind])
        response = Response(body, int(fault.kind), content_type=JSON_TYPE)
        if fault.retry_after is not None:
            response.headers["Retry-After"] = str(fault.retry_after)
        return response


class RunningSite:
    """A site being served; ``stop`` (or leaving the ``with`` block) ends its threads and closes its sockets."""

    def __init__(self, site: Site, server: BaseWSGIServer, connections: _Connections) -> None:
        self.site = site
        self.url = f"http://{HOST}:{server.port}"
        self._server = server
        self._connections = connections
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo site", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop serving: when it returns, no thread and no socket of it is left. Again is harmless."""
        self._server.shutdown()
        self._thread.join()
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(site: Site, *, port: int = 0) -> RunningSite:
    """Serve ``site`` on the loopback address; port 0 takes a free one. Raises ``SettingsError`` for a port in use."""
    connections = _Connections()
    handler = type("SiteRequestHandler", (_RequestHandler,), {"connections": connections})
    if port and not _is_free(port):
        raise SettingsError(f"Port {port} is in use by another program.", fix="Pick another port for the demo site.")
    server = make_server(HOST, port, SiteApp(site), threaded=True, request_handler=handler)
    return RunningSite(site, server, connections)


class _Connections:
    """The open connections and their threads, so that stopping can end them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, socket.socket] = {}
        self._closing = False

    def opened(self, line: socket.socket) -> None:
        """Take note of the current thread's connection; while stopping, break it at once."""
        with self._lock:
            self._open = {thread: known for thread, known in self._open.items() if thread.is_alive()}
            self._open[threading.current_thread()] = line
            if self._closing:
                _break(line)

    def close(self) -> None:
        """Break every connection and wait for its thread."""
        with self._lock:
            self._closing = True
            waiting = dict(self._open)
        for line in waiting.values():
            _break(line)
        for thread in waiting:
            thread.join()


class _RequestHandler(WSGIRequestHandler):
    """One connection. Werkzeug closes it after each answer; this one reads whole requests and keeps it open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet per answer, where it fits
    connections: _Connections

    def setup(self) -> None:
        super().setup()
        self.connections.opened(self.connection)

    def finish(self) -> None:
        try:
            super().finish()
        except ConnectionError:
            self.close_connection = True

    def run_wsgi(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or "Transfer-Encoding" in self.headers:
            self.send_error(411)  # and http.server closes: what follows can't be told from the next request
            self.close_connection = True
            return
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(self.rfile.read(int(length)))
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: object = None
        ) -> Callable[[bytes], object]:
            started.append((status, headers))
            return self.wfile.write

        try:
            body = b"".join(self.server.app(environ, start_response))
        except ConnectionError:
            self.close_connection = True
            _break(self.connection)
            return
        status, headers = started[-1]
        code = int(status.split(" ", 1)[0])
        self.send_response(code, responses.get(code, ""))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: ``Site.calls`` has every request."""


def _matched(routes: Map, path: str, method: str) -> tuple[Route, Any]:
    """Find a path with or without the slash at its end: a real site takes both."""
    bound = routes.bind(HOST)
    try:
        return bound.match(path, method)
    except (NotFound, RequestRedirect):
        other = path.rstrip("/") if path.endswith("/") else f"{path}/"
        return bound.match(other, method)


def _run_hook(hook: Callable[[str, str], None] | None, method: str, path: str) -> None:
    if hook is None:
        return
    try:
        hook(method, path)
    except Exception as error:
        raise _LineDropped from error


def _split_path(path: str) -> tuple[str | None, str]:
    """Return the codebase and the path below the API's prefix; no codebase for the public part of the site."""
    head, found, rest = path.removeprefix("/").partition(API)
    if found and "/" not in head:
        return head, rest or "/"
    return None, path


def _rule(route: Route) -> Rule:
    return Rule(route.path, methods=[route.method], endpoint=route)


def _api_version(site: Site) -> str:
    return ".".join(site.records.server_version.removeprefix("v").split(".")[:2])


def _next_codebase(codebase: str) -> str:
    stem, _, number = codebase.rpartition("_")
    return f"{stem}_{int(number) + 1}"


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return probe.connect_ex((HOST, port)) != 0


def _break(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:  # the other side was faster
        return
