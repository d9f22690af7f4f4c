"""One HTTP session with a Manage site: address, codebase, login, time-outs, repeated reads, refusals.

Reads are repeated when that can help; a write is sent exactly once. Credentials go to our own host only.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import requests

from xlpy.errors import ManageError, ManageRefused, ManageSpokeNonsense, ManageUnreachable, SettingsError
from xlpy.manage.http.access import OnlyOurHeaders, choose_access
from xlpy.manage.http.answers import (
    LONGEST_TEXT,
    how_to_fix,
    is_error,
    plain_text,
    read_json,
    said,
    seconds_to_wait,
    worth_repeating,
    wrong_fields,
)
from xlpy.manage.http.bounded import TookTooLong, in_time, whole
from xlpy.manage.http.no_answer import NO_ANSWER, why_no_answer
from xlpy.manage.http.site_days import in_days_of_the_site, zone_named
from xlpy.masking import masked
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.manage_address import site_address
from xlpy.profile.settings import ManageSettings

SAFE_CODEBASE = "v4_6_release"
WAITS = (2.0, 4.0, 8.0)  # seconds between the tries of a read
MOST_REDIRECTS = 3
_NOT_ASKED = object()
_log = logging.getLogger("xlpy.manage")
_HEADER_TEXT = re.compile(r"[\x21-\x7e]+")
_CODEBASE = re.compile(r"[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer. ``has_link``: whether it says anything about further pages; ``next_link``: as written."""

    data: Any
    has_link: bool = False
    next_link: str = ""


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str  # below the base address; with its query when it comes from a link
    timeout: float
    params: Mapping[str, str] | None = None
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    login: Mapping[str, str] | None = field(default=None, repr=False)  # instead of the usual one
    public: bool = False  # below the root, without any credentials

    @property
    def shown(self) -> str:
        return self.path.partition("?")[0]


class _ConnectionBroken(ManageUnreachable):
    """The connection was made and then lost: a read may be tried again on a new one."""


class Transport:
    """Sends calls to one Manage site. Raises ``SettingsError`` when the settings can't work.

    ``sleep`` waits between tries; ``now`` tells whether a token is over.
    """

    def __init__(
        self,
        settings: ManageSettings,
        secrets: ManageSecrets,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.address = site_address(settings.url)
        self.company = settings.company.strip()
        self.api_version = ""  # what the server answers with
        self.date = ""  # Date header of the last answer
        typed = ("company", "client_id", "public_key", "member", "integrator", "codebase")
        self._settings = replace(settings, **{name: getattr(settings, name).strip() for name in typed})
        self._check_settings()
        self._sleep = sleep
        self._access = choose_access(self._settings, secrets, self._fetch_token, now)
        self._codebase = self._settings.codebase.strip("/")
        self._zone: object = _NOT_ASKED
        self._start_anew()

    def __repr__(self) -> str:
        return f"Transport({self.address.root}, company {self.company!r})"

    def _start_anew(self) -> None:
        self._session = requests.Session()
        self._session.auth = OnlyOurHeaders()
        # A proxy of the environment would see what goes to this PC itself over plain http.
        self._session.trust_env = not self.address.loopback

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    @property
    def export_timeout(self) -> float:
        """Seconds that an export may take."""
        return self._settings.export_timeout

    def get(
        self, path: str, params: Mapping[str, str] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Read ``path`` (may be what ``within`` returned)."""
        return self._read(_Call("GET", path, self._settings.read_timeout, params, headers=headers or {}))

    def ask(self, path: str, body: object, *, timeout: float) -> Answer:
        """POST what only reads; repeated like a GET. Source: Manage API: three POSTs that are easy to mix up."""
        return self._read(_Call("POST", path, timeout, body=body))

    def write(self, method: str, path: str, body: object = None, *, again: Callable[[], bool] | None = None) -> Answer:
        """Send a change, exactly once, whatever the answer. ``ManageUnreachable.sent`` tells whether it may be done.

        With ``again`` one answer is an exception: 429, which says that nothing was done. After the wait that Manage
        asks for, ``again`` tells whether to send it once more.
        """
        self._base()
        call = _Call(method, path, self._settings.read_timeout, body=body, login=self._access.headers())
        waits = iter(WAITS)
        while True:
            # Not on an idle connection that the server may be closing right now: that would look like a lost answer.
            self._session.close()
            response = self._send(call)
            busy = again is not None and response.status_code == 429 and self._wait(waits, response, call, "status 429")
            if again is None or not busy or not again():
                return self._judged(call, response)

    def within(self, link: str) -> str | None:
        """Return the path and query of ``link`` below our own base address; ``None`` when it leads elsewhere."""
        base = self._base()
        try:
            ours, theirs = urlsplit(base), urlsplit(urljoin(f"{base}/", link))
        except ValueError:  # such as http://[::1
            return None
        path = theirs.path
        if (theirs.scheme, theirs.netloc.lower()) != (ours.scheme, ours.netloc.lower()):
            return None
        if not path.startswith(f"{ours.path}/") or "%" in path or ".." in path or "\\" in path:
            return None
        return path.removeprefix(ours.path) + (f"?{theirs.query}" if theirs.query else "")

    def hide(self, text: str) -> str:
        """Return ``text`` without any secret of this site."""
        return masked(text, (*self._access.secrets(), self._settings.client_id))

    # -- reading -------------------------------------------------------------------------------------------------

    def _read(self, call: _Call) -> Answer:
        waits = iter(WAITS)
        looked_up = renewed = False
        while True:
            try:
                response = self._follow(call)
            except _ConnectionBroken as broken:
                if not self._wait(waits, None, call, broken.text):
                    raise
                continue
            status = response.status_code
            if status == 404 and not looked_up and not call.public:
                looked_up = True
                if self._codebase_changed():
                    continue
            elif status == 401 and not renewed and not call.public and call.login is None:
                renewed = True
                if self._access.renew():
                    continue
            elif worth_repeating(response) and self._wait(waits, response, call, f"status {status}"):
                continue
            return self._judged(call, response)

    def _wait(self, waits: Iterator[float], response: requests.Response | None, call: _Call, why: str) -> bool:
        otherwise = next(waits, None)
        if otherwise is None:
            return False
        seconds = otherwise if response is None else seconds_to_wait(response, otherwise)
        _log.info("%s %s: %s; trying again in %g s", call.method, call.shown, self.hide(why), seconds)
        self._sleep(seconds)
        return True

    def _follow(self, call: _Call) -> requests.Response:
        """Send a read; a redirect is followed only to our own address."""
        response = self._send(call)
        for _ in range(MOST_REDIRECTS):
            location = response.headers.get("Location", "")
            if not 300 <= response.status_code < 400 or not location or call.method != "GET":
                return response
            path = None if call.public else self.within(_joined(response.url, location))
            if path is None:
                return response
            response = self._send(replace(call, path=path, params=None))
        return response

    # -- one exchange --------------------------------------------------------------------------------------------

    def _send(self, call: _Call) -> requests.Response:
        url = (self.address.root if call.public else self._base()) + call.path
        headers = self._headers(call)
        session = self._session

        def exchange() -> requests.Response:
            response = session.request(
                call.method,
                url,
                params=call.params,
                data=None if call.body is None else json.dumps(call.body).encode(),
                headers=headers,
                timeout=(self._settings.connect_timeout, call.timeout),
                verify=self._settings.ca_bundle or True,
                allow_redirects=False,
                stream=True,
            )
            return whole(response)

        started = time.monotonic()
        try:
            response = in_time(self._settings.connect_timeout + call.timeout, exchange)
        except TookTooLong as error:
            self._start_anew()  # the thread that still reads keeps the old session
            raise self._unreachable(call, error) from error
        except NO_ANSWER as error:
            _log.info("%s %s: no answer (%s)", call.method, call.shown, type(error).__name__)
            raise self._unreachable(call, error) from error
        elapsed = (time.monotonic() - started) * 1000
        _log.debug("%s %s: %d in %.0f ms", call.method, call.shown, response.status_code, elapsed)
        self._note_version(response)
        return response

    def _headers(self, call: _Call) -> dict[str, str]:
        if call.public:
            return {"Accept": "application/json"}
        headers = {
            "Accept": f"application/vnd.connectwise.com+json; version={self._settings.api_version}",
            "clientId": self._settings.client_id,
            **(self._access.headers() if call.login is None else call.login),
            **call.headers,
        }
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        return headers

    def _note_version(self, response: requests.Response) -> None:
        self.date = response.headers.get("Date", "")
        version = response.headers.get("api-current-version", "").strip()
        if version and not self.api_version:
            self.api_version = version
            _log.info("Manage at %s answers with API version %s", self.address.host, self.hide(version))

    def _judged(self, call: _Call, response: requests.Response) -> Answer:
        """Return what a good answer holds; raise what a bad one means."""
        status = response.status_code
        if not 200 <= status < 300:
            raise self._refused(call, response)
        try:
            data = read_json(response.content)
        except ValueError as error:
            text = self.hide(plain_text(response.content))[:LONGEST_TEXT]
            raise ManageSpokeNonsense(text, method=call.method, path=call.shown) from error
        if is_error(data):
            # An error with the status of a success: what it looks like must not decide what it is.
            raise self._refused(call, response)
        if call.login is None and not call.public:
            data = in_days_of_the_site(data, self._site_zone)
        link = response.links.get("next", {}).get("url", "")
        return Answer(data, has_link="Link" in response.headers, next_link=link)

    def _site_zone(self) -> tzinfo | None:
        """Return the time zone of the site: that of the settings, else what Manage tells; asked once."""
        if self._zone is _NOT_ASKED:
            self._zone = None
            name = self._settings.time_zone
            if not name:
                try:
                    info = self.get("/system/info").data
                except ManageError as error:
                    _log.warning("Manage does not tell its time zone: %s", error.text)
                    info = None
                name = str(info.get("serverTimeZone") or "") if isinstance(info, dict) else ""
            self._zone = zone_named(name)
            if self._zone is None:
                _log.warning("The time zone %r of Manage is not known; dates are taken as they are written", name)
        return self._zone if isinstance(self._zone, tzinfo) else None

    def _refused(self, call: _Call, response: requests.Response) -> ManageRefused:
        status = response.status_code
        text = self.hide(said(response))[:LONGEST_TEXT]
        if 300 <= status < 400:
            target = urlsplit(_joined(response.url, response.headers.get("Location", ""))).hostname or "nowhere"
            text = f"it points to another address ({target}), which is not followed"
        version = self._settings.api_version
        fix = how_to_fix(status, text, method=call.method, path=call.shown, company=self.company, version=version)
        fields = wrong_fields(response)
        return ManageRefused(status, text, method=call.method, path=call.shown, fix=fix, fields=fields)

    def _unreachable(self, call: _Call, error: Exception) -> ManageUnreachable:
        """Tell why there is no answer, and whether the call may have arrived."""
        why = why_no_answer(
            error, host=self.address.host, connect_timeout=self._settings.connect_timeout, timeout=call.timeout
        )
        kind = _ConnectionBroken if why.broken else ManageUnreachable
        return kind(self.hide(why.reason), method=call.method, path=call.shown, sent=why.sent)

    # -- the base address ----------------------------------------------------------------------------------------

    def _base(self) -> str:
        if not self._codebase:
            self._codebase = self._look_up_codebase() or SAFE_CODEBASE
            _log.info("Manage at %s: codebase %s", self.address.host, self._codebase)
        return f"{self.address.root}/{self._codebase}/apis/3.0"

    def _codebase_changed(self) -> bool:
        """After a 404: whether an upgrade of the site gave it another codebase, which is then used."""
        try:
            found = self._look_up_codebase()
        except ManageUnreachable:
            return False
        if not found or found == self._codebase:
            return False
        _log.info("Manage at %s: codebase is now %s", self.address.host, found)
        self._codebase = found
        return True

    def _look_up_codebase(self) -> str:
        """Ask the site for its codebase; empty when it does not say (own servers may not offer the question).

        Source: Manage API: base URL. Raises ``SettingsError`` when the site does not know the company id.
        """
        path = f"/login/companyinfo/{quote(self.company, safe='')}"
        try:
            info = self._read(_Call("GET", path, self._settings.read_timeout, public=True)).data
        except (ManageRefused, ManageSpokeNonsense) as error:
            _log.info("Manage at %s does not tell its codebase: %s", self.address.host, type(error).__name__)
            return ""
        if info is None:
            raise SettingsError(
                f"Company id unknown: Manage at {self.address.host} has no company {self.company!r}.",
                fix="Check [manage] company: it is what you type as Company when you log in to Manage.",
            )
        codebase = info.get("Codebase") if isinstance(info, dict) else None
        text = codebase.strip().strip("/") if isinstance(codebase, str) else ""
        return text if _CODEBASE.fullmatch(text) else ""

    def _fetch_token(self, path: str, login: Mapping[str, str], body: Mapping[str, str]) -> Any:
        return self._read(_Call("POST", path, self._settings.read_timeout, body=body, login=login)).data

    def _check_settings(self) -> None:
        if not self.company:
            raise SettingsError("The company id of the Manage site is missing ([manage] company).")
        for name in ("client_id", "api_version"):
            # Checked here, because the HTTP library would show a bad value in its own error.
            if not _HEADER_TEXT.fullmatch(getattr(self._settings, name)):
                raise SettingsError(f"[manage] {name} is missing, or has blanks or special characters in it.")
        if self._settings.codebase and not _CODEBASE.fullmatch(self._settings.codebase.strip("/")):
            raise SettingsError("[manage] codebase is not one; leave it empty to have it looked up.")
        bundle = self._settings.ca_bundle
        if bundle and not Path(bundle).exists():
            raise SettingsError(f"The certificates {bundle} ([manage] ca_bundle) are not there.")
        for name in ("connect_timeout", "read_timeout", "export_timeout"):
            if getattr(self._settings, name) <= 0:
                raise SettingsError(f"[manage] {name} must be more than 0 seconds.")


def _joined(url: str, location: str) -> str:
    """Return where a redirect leads; nowhere when its address can't be read."""
    try:
        joined = urljoin(url, location)
        urlsplit(joined)
    except ValueError:
        return ""
    return joined
