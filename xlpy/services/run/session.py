"""A session: one profile's Manage site and SL company, opened when first needed and closed together."""

from __future__ import annotations

import getpass
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from xlpy.errors import SettingsError, SlError
from xlpy.masking import KnownSecrets
from xlpy.profile.credentials import ManageSecrets, profile_secrets
from xlpy.profile.settings import Profile, load_profile

if TYPE_CHECKING:
    from xlpy.domain.values.site_rules import SiteRules
    from xlpy.manage.client import ManageClient
    from xlpy.sl.connection.engine import SlCompany

Progress = Callable[[str, int, int], None]
"""Called with what is going on, how many are done, and how many there are (0: not known)."""


def no_progress(_what: str, _done: int, _of: int) -> None:
    """Tell nobody."""


class Session:
    """Opened connections of one profile. Use it in a ``with`` block; nothing is opened before it is needed."""

    def __init__(
        self,
        profile: Profile,
        secrets: ManageSecrets,
        *,
        sl_password: str = "",
        why_missing: str = "",
        progress: Progress = no_progress,
        clock: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self.profile = profile
        self.secrets = secrets
        self._sl_password = sl_password
        self._why_missing = why_missing  # what the keyring said, when it could not be asked
        self.workbook = ""  # full name of the workbook that this session works for
        self.progress = progress
        self.clock = clock
        self.user = _own_name()
        self.host = socket.gethostname()
        self.observe: Callable[[str], None] | None = None
        self._known = KnownSecrets(*self._own_secrets())

    @classmethod
    def open(cls, profile: Profile | None = None, *, progress: Progress = no_progress) -> Session:
        """Make a session from a profile (default: ``XLPY_PROFILE`` and the environment) and its secrets."""
        chosen = profile or load_profile()
        secrets = profile_secrets(chosen)
        return cls(
            chosen,
            secrets.manage,
            sl_password=secrets.sl_password,
            why_missing=secrets.why_missing,
            progress=progress,
        )

    @cached_property
    def manage(self) -> ManageClient:
        """The Manage site. Raises ``SettingsError`` when the profile does not say which."""
        from xlpy.manage.client import ManageClient

        settings = self.profile.manage
        missing = [name for name in ("url", "company", "client_id") if not getattr(settings, name)]
        if missing:
            raise SettingsError(
                f"The Manage site is not set: [manage] {', '.join(missing)} missing.",
                fix="Log in first (xlpy login), or put it into the settings file or the environment (XLPY_MANAGE_…).",
            )
        try:
            return ManageClient(settings, self.secrets)
        except SettingsError as error:
            if self._why_missing and not (self.secrets.private_key or self.secrets.integrator_password):
                raise SettingsError(error.text, fix=self._why_missing) from error
            raise

    @cached_property
    def rules(self) -> SiteRules:
        """The firm's own rules. Raises ``SettingsError`` when the settings name some that can't be used."""
        from xlpy.profile.rules_file import load_rules

        return load_rules(self.profile)

    @cached_property
    def sl(self) -> SlCompany:
        """The SL company. Raises ``SettingsError`` when the profile names none, ``SlError`` when out of reach."""
        from xlpy.sl.connection.engine import open_company

        settings = self.profile.sl
        missing = [name for name in ("url", "company") if not getattr(settings, name)]
        if missing:
            raise SettingsError(
                f"The SL company is not set: [sl] {', '.join(missing)} missing.",
                fix="Log in first (xlpy login), or put it into the settings file (the database: XLPY_SL_URL).",
            )
        return open_company(replace(settings, url=self._sl_address()))

    def _sl_address(self) -> str:
        """Return the database's address with the password of its SQL Server login, which the settings never have."""
        url = self.profile.sl.url
        if url.lower().startswith("sqlite"):
            return url
        from xlpy.profile.sql_login import password_in, sql_login, with_password

        login, written = sql_login(url), password_in(url)
        self._known.add(written)  # XLPY_SL_URL may have one
        if login is not None and not written and not self._sl_password:
            raise SettingsError(
                f"The password of the SQL Server login {login.user} for SL ({login.server}) is missing.",
                fix=self._why_missing or "Log in first (xlpy login), or set XLPY_SL_PASSWORD.",
            )
        return with_password(url, self._sl_password)

    def counting(self, what: str) -> Callable[[int, int], None]:
        """Return a counter that tells the progress of one step."""
        self.progress(what, 0, 0)
        return lambda done, of: self.progress(what, done, of)

    def today(self) -> date:
        """Today by this PC's clock."""
        return self.clock().date()

    def now(self) -> datetime:
        """Local time without zone, whole seconds: what SL and the sheets keep."""
        return self.clock().replace(tzinfo=None, microsecond=0)

    def close(self) -> None:
        """Close what was opened. Logs that begin from now on do not mask its secrets any more."""
        try:
            if "manage" in self.__dict__:
                self.manage.close()
            if "sl" in self.__dict__:
                self.sl.engine.dispose()
        finally:
            self._known.forget()

    def _own_secrets(self) -> tuple[str, ...]:
        return self.secrets.private_key, self.secrets.integrator_password, self._sl_password

    def __enter__(self) -> Session:
        self._known.add(*self._own_secrets())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        told = in_words(error) if isinstance(error, Exception) else None
        if told is not None:
            raise told from error


def _own_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a service without a user's environment
        return "unknown"


def in_words(error: Exception) -> SlError | None:
    """Return what the database or its driver said, in words and without the statement; None for other errors."""
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy.exc import DBAPIError

    from xlpy.sl.connection.statement_errors import explain_statement_error

    return explain_statement_error(error) if isinstance(error, DBAPIError) else None
