"""Trying what was typed on the real systems: the connection tests, and the lists that a server gives.

Every mistake becomes a ``Told`` in the words of the dialog, with the field to mend. Nothing is written anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlpy.errors import ManageRefused, ManageSpokeNonsense, ManageUnreachable, SettingsError, XlpyError
from xlpy.login.form import API_KEY, MANAGE, SL, WINDOWS, LoginForm
from xlpy.masking import masked, masking

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xlpy.sl.connection.companies import CompanyName, DatabaseName
    from xlpy.sl.connection.engine import SlCompany

PATIENCE = 15.0  # seconds for a connection: somebody is looking at the dialog
MASTER = "master"


@dataclass(frozen=True, slots=True)
class Told:
    """What a test came to, in words. ``field``: the one to mend, when it is clear which."""

    good: bool
    text: str
    field: str = ""


class Trial:
    """Tests and lists for one form."""

    def __init__(self, form: LoginForm) -> None:
        self.form = form

    # -- Manage --------------------------------------------------------------------------------------------------

    def test_manage(self) -> Told:
        """Log in to Manage and read its version. Source: Manage API: ``GET /system/info``."""
        field, text = self.form.missing(MANAGE)
        if text:
            return Told(False, text, field)
        return self._told(self._ask_manage, self._manage_said)

    def _ask_manage(self) -> Told:
        from xlpy.manage.client import ManageClient

        settings = self.form.manage_settings()
        quick = replace(settings, connect_timeout=min(settings.connect_timeout, PATIENCE))
        with ManageClient(quick, self.form.manage_secrets(), sleep=lambda _seconds: None) as manage:
            info = manage.info()
            who = "the API key" if self.form.access == API_KEY else f"member {settings.member}"
            return Told(
                True, f"Connected to Manage {info.version} at {manage.host}, company {settings.company}, by {who}."
            )

    def _manage_said(self, error: XlpyError) -> Told:
        secret = "private_key" if self.form.access == API_KEY else "integrator_password"
        if isinstance(error, ManageRefused) and error.status == 401:
            keys = (
                "the public and private key"
                if self.form.access == API_KEY
                else "the integrator user and its password, and that it may log in members (Member API)"
            )
            return Told(False, f"Manage refuses the log in. Check {keys}, the client id and the company.", secret)
        if isinstance(error, ManageRefused) and error.status == 400 and "clientid" in error.said.lower():
            return Told(
                False, "Manage does not know this client id. It must be registered with the vendor.", "client_id"
            )
        if isinstance(error, ManageRefused) and error.status == 403:
            return Told(False, f"The log in is right, but a right is missing. {error.fix}")
        if isinstance(error, ManageRefused) and error.status == 404 and self.form.access != API_KEY:
            return Told(False, f"Manage knows no member {self.form.member.strip()!r}.", "member")
        if isinstance(error, ManageUnreachable | ManageSpokeNonsense):
            return Told(False, str(error), "site")
        if isinstance(error, SettingsError) and "company id unknown" in error.text.lower():
            text = f"{error.text} It is what you type as Company when you log in to Manage."
            return Told(False, text, "manage_company")
        field = "client_id" if "client_id" in error.text else "site" if isinstance(error, SettingsError) else ""
        return Told(False, str(error), field)

    # -- SL ------------------------------------------------------------------------------------------------------

    def test_sl(self) -> Told:
        """Open the company database, and look whether company and SL user are there. Finds the company database."""
        field, text = self.form.missing(SL)
        if text:
            return Told(False, text, field)
        return self._told(self._ask_sl, self._sl_said)

    def _ask_sl(self) -> Told:
        form = self.form
        company = self.find_company()
        if not company.active:
            return Told(False, f"SL's company {company.cpny_id} {company.name} is not active.", "company")
        with self._company() as opened, opened.engine.connect() as connection:
            from xlpy.sl.reading.rights import user_exists

            if form.user.strip() and not user_exists(connection, opened, form.user.strip()):
                return Told(False, f"SL knows no user {form.user.strip()}.", "user")
            ledger = self._ledger(connection)
        where = "" if form.on_demo else f" in database {form.company_database or form.database}"
        text = f"Connected to SL company {company.cpny_id} {company.name}{where}.{ledger}"
        if not form.user.strip():
            text += " Without an SL user name the rights on SL's screens are not checked."
        if form.trust and not form.on_demo:
            text += " Warning: the server's certificate is not checked."
        return Told(True, text)

    def find_company(self) -> CompanyName:
        """Find the typed company through the system or company database, and note where its documents are.

        Raises ``SlError`` when it is not there.
        """
        from xlpy.sl.connection.companies import company_called

        company = company_called(self.companies(), self.form.company)
        if not self.form.on_demo:
            self.form.company_database = company.database
        return company

    def databases(self) -> list[DatabaseName]:
        """Return SL's databases on the server. Raises ``SlError`` in words."""
        from xlpy.sl.connection.companies import databases

        if self.form.on_demo:
            return []
        with masking(*self.form.secrets), self._connection(MASTER) as connection:
            return databases(connection)

    def companies(self) -> list[CompanyName]:
        """Return the SL companies that the chosen database knows. Raises ``SlError`` in words."""
        from xlpy.sl.connection.companies import companies

        with masking(*self.form.secrets), self._connection(self.form.database) as connection:
            return companies(connection)

    @staticmethod
    def _ledger(connection: Connection) -> str:
        from xlpy.errors import LedgerMissing
        from xlpy.sl.ledger_book.ledger import check_ledger

        try:
            check_ledger(connection)
        except LedgerMissing:
            return " The posting ledger is not installed yet: run 'xlpy sl-setup' once."
        return ""

    @contextmanager
    def _connection(self, database: str) -> Iterator[Connection]:
        from xlpy.sl.connection.engine import mssql_engine
        from xlpy.sl.connection.sqlite import sqlite_engine

        url = self._with_password(self.form.sl_url(database))
        if self.form.on_demo:
            self._demo_file_is_there()
        engine = sqlite_engine(url) if self.form.on_demo else mssql_engine(url)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def _company(self) -> Iterator[SlCompany]:
        from xlpy.sl.connection.engine import open_company

        settings = self.form.sl_settings()
        opened = open_company(replace(settings, url=self._with_password(settings.url)))
        try:
            yield opened
        finally:
            opened.engine.dispose()

    def _demo_file_is_there(self) -> None:
        from xlpy.errors import SlError
        from xlpy.sl.connection.sqlite import database_file

        file = database_file(self.form.sl_url(""))
        if file is None or not file.is_file():
            raise SlError(f"There is no demo company at {file}.", fix="Make one with 'xlpy demo'.")

    def _with_password(self, url: str) -> str:
        if self.form.on_demo or self.form.login_kind == WINDOWS:
            return url
        from xlpy.profile.sql_login import with_password

        return with_password(url, self.form.sql_password)

    def _sl_said(self, error: XlpyError) -> Told:
        words = error.text.lower()
        for part, field, fix in _SL_MISTAKES:
            if part in words:
                if field == "login" and self.form.login_kind == WINDOWS:
                    return Told(False, f"{error.text} {_WINDOWS_FIX}", "login_kind")
                return Told(False, f"{error.text} {fix or error.fix}".strip(), field)
        return Told(False, str(error))

    def in_words(self, error: XlpyError) -> str:
        """Return what went wrong with a list of SL's, in the words of the dialog."""
        return masked(self._sl_said(error).text, self.form.secrets)

    # -- both ----------------------------------------------------------------------------------------------------

    def _told(self, ask: Callable[[], Told], explain: Callable[[XlpyError], Told]) -> Told:
        """Ask, and turn whatever comes back into words without any secret."""
        with masking(*self.form.secrets):
            try:
                told = ask()
            except Exception as error:  # noqa: BLE001 (the dialog stays open whatever a system answers)
                told = explain(as_words(error))
            return replace(told, text=masked(told.text))


def as_words(error: Exception) -> XlpyError:
    """Return any error as one that can be shown: the product's own, the database's words, or its name."""
    if isinstance(error, XlpyError):
        return error
    from xlpy.services.run.session import in_words

    return in_words(error) or XlpyError(f"Something unexpected happened ({type(error).__name__}: {error}).")


_WINDOWS_FIX = (
    "Your Windows account has no login there: ask the database administrator, or log in with a SQL Server login."
)
# Part of what the connection says → the field to mend, and how in this dialog (empty: as the connection says).
_SL_MISTAKES: tuple[tuple[str, str, str], ...] = (
    ("odbc", "server", ""),
    (
        "does not trust the server's certificate",
        "trust",
        "Have the certificate (or its authority) installed on this PC. Only when you know that the network is safe:"
        " trust it without checking.",
    ),
    ("may not open the database", "database", "Choose another database, or ask for the right to open it."),
    ("was refused", "login", "Check the SQL login and its password."),
    ("has expired or", "sql_password", "Ask the database administrator for a new one."),
    ("was not found or did not", "server", "Check the server's name, that it runs, and the network (VPN, firewall)."),
    ("no demo company", "server", ""),
    ("neither a system nor", "database", ""),
    ("has no table", "database", "Choose SL's system database, or the company database."),
    ("knows no company", "company", ""),
)
