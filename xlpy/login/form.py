"""What the log in dialog asks: its fields, what may be in them, and the profile they make. Knows no window.

The window and the prompts walk over ``FIELDS``; everything else about a field is here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from xlpy.masking import never_show
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings, Profile, SlSettings

SL, MANAGE = "Dynamics SL", "ConnectWise Manage"
DEMO_ENDINGS = (".db", ".sqlite", ".sqlite3")
_ENCRYPT = {"mandatory": "yes", "optional": "no", "strict": "strict"}
_READ_ENCRYPT = {"no": "optional", "false": "optional", "optional": "optional", "strict": "strict"}
_OURS = frozenset(
    {"server", "database", "uid", "pwd", "encrypt", "trustservercertificate", "trusted_connection", "driver", "dsn"}
)


class Kind(StrEnum):
    """How a field is asked for."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 (a kind of field)
    CHOICE = "choice"  # one of the field's choices
    LIST = "list"  # typed, or picked from a list that the server gives
    MARK = "mark"  # yes or no


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form. ``key``: the letter that reaches it with Alt; ``when``: the choice that it belongs to."""

    name: str
    label: str
    half: str
    kind: Kind = Kind.TEXT
    key: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    when: tuple[str, str] = ("", "")


WINDOWS, SQL_SERVER = "Windows account", "SQL Server login"
API_KEY, MEMBER = "API key", "Member impersonation"
ENCRYPTIONS = ("Mandatory", "Optional", "Strict")

FIELDS: tuple[Field, ...] = (
    Field("server", "Database server", SL, Kind.LIST, "d", "SERVER or SERVER\\INSTANCE, or the file of a demo company"),
    Field("encryption", "Encryption", SL, Kind.CHOICE, "e", "Strict needs SQL Server 2022", ENCRYPTIONS),
    Field("trust", "Trust the server's certificate without checking it", SL, Kind.MARK, "r"),
    Field("login_kind", "Log in with", SL, Kind.CHOICE, "w", "", (WINDOWS, SQL_SERVER)),
    Field("login", "SQL login", SL, key="q", when=("login_kind", SQL_SERVER)),
    Field("sql_password", "Password", SL, Kind.SECRET, "p", when=("login_kind", SQL_SERVER)),
    Field("database", "System database", SL, Kind.LIST, "y", "SL's system database, or the company database"),
    Field("company", "SL company", SL, Kind.LIST, "o", "the SL company id, such as 0060"),
    Field("user", "SL user name", SL, key="u", hint="your SL user id, as on SL's own log in screen"),
    Field("site", "Site", MANAGE, key="s", hint="what the browser shows, such as na.myconnectwise.net"),
    Field("manage_company", "Company", MANAGE, key="m", hint="as on Manage's own log in screen"),
    Field("client_id", "Client id", MANAGE, key="i", hint="the GUID registered for your company"),
    Field("access", "Log in with", MANAGE, Kind.CHOICE, "g", "", (API_KEY, MEMBER)),
    Field("public_key", "Public key", MANAGE, key="b", when=("access", API_KEY)),
    Field("private_key", "Private key", MANAGE, Kind.SECRET, "k", when=("access", API_KEY)),
    Field("member", "Member", MANAGE, key="b", hint="the member to work as", when=("access", MEMBER)),
    Field("integrator", "Integrator user", MANAGE, key="n", when=("access", MEMBER)),
    Field("integrator_password", "Password", MANAGE, Kind.SECRET, "a", when=("access", MEMBER)),
)


@dataclass(slots=True, repr=False)
class LoginForm:
    """What the user typed. Printing it shows nothing: some of it is secret.

    ``before``: the profile that the form was opened with; settings that the form does not ask are kept.
    """

    path: Path
    before: Profile = field(default_factory=Profile)
    server: str = ""
    encryption: str = ENCRYPTIONS[0]
    trust: bool = False
    login_kind: str = WINDOWS
    login: str = ""
    sql_password: str = ""
    database: str = ""
    company: str = ""
    user: str = ""
    site: str = ""
    manage_company: str = ""
    client_id: str = ""
    access: str = API_KEY
    public_key: str = ""
    private_key: str = ""
    member: str = ""
    integrator: str = ""
    integrator_password: str = ""
    save_passwords: bool = True
    company_database: str = ""  # found through the system database; empty: ``database`` is the company's own

    @property
    def on_demo(self) -> bool:
        """Whether the server is the file of a demo company."""
        text = self.server.strip().strip('"').lower()
        return text.startswith("sqlite:") or text.endswith(DEMO_ENDINGS)

    def shown(self, what: Field) -> bool:
        """Whether the field matters for what was chosen so far (a demo company has no login and no database)."""
        if self.on_demo and what.name in _NOT_ON_DEMO:
            return False
        name, value = what.when
        return not name or getattr(self, name) == value

    def missing(self, half: str) -> tuple[str, str]:
        """Return the first field of a half that has to be filled in, and what to say; empty when all are."""
        for what in FIELDS:
            if what.half == half and what.kind is not Kind.MARK and self.shown(what):
                value = str(getattr(self, what.name)).strip()
                if not value and what.name != "user":
                    example = f" ({what.hint})" if what.hint else ""
                    return what.name, f"{what.label} is missing{example}."
                if what.choices and value not in what.choices:
                    return what.name, f"{what.label} must be one of {', '.join(what.choices)}."
        return "", ""

    def sl_settings(self, *, database: str | None = None) -> SlSettings:
        """Return the SL half as settings, without the password. ``database``: another one than the company's."""
        url = self.sl_url(self.company_database or self.database if database is None else database)
        return replace(self.before.sl, url=url, company=self.company.strip(), user=self.user.strip())

    def sl_url(self, database: str) -> str:
        """Return the address of a database on the chosen server, without the password."""
        server = self.server.strip().strip('"')
        if self.on_demo:
            known = self.before.sl.url
            if server.lower().startswith("sqlite:") or shown_server(known) == server:
                return known if shown_server(known) == server else server
            return f"sqlite:///{Path(server).expanduser().absolute().as_posix()}"
        from xlpy.profile.sql_login import connection_string, url_parts

        kept = url_parts(self.before.sl.url)
        dsn = server[4:] if server.upper().startswith("DSN=") else ""
        windows = self.login_kind == WINDOWS
        parts = {
            "Driver": kept.get("driver", ""),
            "DSN": dsn,
            "Server": "" if dsn else server,
            "Database": database.strip(),
            "Trusted_Connection": "yes" if windows and "authentication" not in kept else "",
            "UID": "" if windows else self.login.strip(),
            "Encrypt": _ENCRYPT.get(self.encryption.lower(), "yes"),
            "TrustServerCertificate": "yes" if self.trust else "",
        }
        return connection_string(parts | {key: value for key, value in kept.items() if key not in _OURS})

    def manage_settings(self) -> ManageSettings:
        """Return the Manage half as settings, without the secrets."""
        by_key = self.access == API_KEY
        return replace(
            self.before.manage,
            url=self.site.strip(),
            company=self.manage_company.strip(),
            client_id=self.client_id.strip(),
            public_key=self.public_key.strip() if by_key else "",
            member="" if by_key else self.member.strip(),
            integrator="" if by_key else self.integrator.strip(),
        )

    def manage_secrets(self) -> ManageSecrets:
        """Return the secret of the Manage half. What is pasted with blanks around it still works for a key."""
        if self.access == API_KEY:
            return ManageSecrets(private_key=self.private_key.strip())
        return ManageSecrets(integrator_password=self.integrator_password.strip("\r\n"))

    @property
    def secrets(self) -> tuple[str, ...]:
        """All secrets that were typed, as they would be sent, of the other ways to log in, too."""
        return self.private_key.strip(), self.integrator_password.strip("\r\n"), self.sql_password.strip("\r\n")

    def profile(self) -> Profile:
        """Return the profile that the form makes, with everything else as it was."""
        return replace(self.before, manage=self.manage_settings(), sl=self.sl_settings())


_NOT_ON_DEMO = frozenset({"encryption", "trust", "login_kind", "login", "sql_password", "database"})


def form_of(path: Path) -> LoginForm:
    """Return the form for a settings file: filled in from it and from the keyring when it is there, else empty.

    A password that is still in the file is taken over: saving moves it to the keyring. The environment is left alone,
    it is not the file's. Raises ``SettingsError`` when the file has mistakes.
    """
    from xlpy.profile.settings import read_profile

    return _filled(path, read_profile(path)) if path.is_file() else LoginForm(path)


def _filled(path: Path, profile: Profile) -> LoginForm:
    from xlpy.profile.credentials import profile_secrets

    secrets = profile_secrets(profile, environment={})
    never_show(secrets.manage.private_key, secrets.manage.integrator_password, secrets.sl_password)
    manage, sl = profile.manage, profile.sl
    form = LoginForm(
        path,
        profile,
        server=shown_server(sl.url),
        company=sl.company,
        user=sl.user,
        site=manage.url,
        manage_company=manage.company,
        client_id=manage.client_id,
        access=MEMBER if manage.member and not manage.public_key else API_KEY,
        public_key=manage.public_key,
        private_key=secrets.manage.private_key,
        member=manage.member,
        integrator=manage.integrator,
        integrator_password=secrets.manage.integrator_password,
        sql_password=secrets.sl_password,
    )
    if sl.url and not form.on_demo:
        from xlpy.profile.sql_login import url_parts

        parts = url_parts(sl.url)
        form.database = parts.get("database", "")
        form.login = parts.get("uid", "")
        form.login_kind = SQL_SERVER if form.login else WINDOWS
        form.sql_password = parts.get("pwd", "") or form.sql_password
        form.trust = parts.get("trustservercertificate", "").lower() in {"yes", "true", "1"}
        form.encryption = _READ_ENCRYPT.get(parts.get("encrypt", "").lower(), "mandatory").capitalize()
    return form


def shown_server(url: str) -> str:
    """Return what the field *Database server* shows for ``[sl] url``: a server, a DSN or the demo company's file."""
    if not url:
        return ""
    if url.lower().startswith("sqlite"):
        return url.removeprefix("sqlite:///")
    from xlpy.profile.sql_login import url_parts

    parts = url_parts(url)
    return parts.get("server", "") or (f"DSN={parts['dsn']}" if parts.get("dsn") else "")
