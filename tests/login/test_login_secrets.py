"""Where a run gets its passwords from: the environment wins, then the keyring; never a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from login_stage import SECRET, Memory

from xlpy.demo.site.door import access
from xlpy.errors import SettingsError
from xlpy.login.form import LoginForm
from xlpy.login.saving import log_out, save
from xlpy.profile.credentials import ManageSecrets, ProfileSecrets, profile_secrets, secret_names
from xlpy.profile.odbc import odbc_parts
from xlpy.profile.settings import ManageSettings, Profile, SlSettings, load_profile
from xlpy.profile.sql_login import password_in, sql_login, with_password
from xlpy.services.run.session import Session

ODBC = "Server=SQLSRV1;Database=DEMOApp;UID=xlpy"
URL = "mssql+pyodbc://xlpy@SQLSRV1/DEMOApp"


def _profile(url: str = ODBC) -> Profile:
    manage = ManageSettings("na.example.net", "Firm", "client", "pub")
    return Profile(manage=manage, sl=SlSettings(url=url, company="0060"))


def test_the_environment_wins_over_the_keyring(on_server: LoginForm, ring: Memory) -> None:
    save(on_server)
    profile = load_profile(on_server.path, {})
    assert profile_secrets(profile, {}) == ProfileSecrets(ManageSecrets(access.PRIVATE_KEY), SECRET)
    env = {"XLPY_MANAGE_PRIVATE_KEY": " other ", "XLPY_SL_PASSWORD": "an other\n"}
    assert profile_secrets(profile, env) == ProfileSecrets(ManageSecrets("other"), "an other")


def test_a_scheduler_never_meets_the_keyring(ring: Memory) -> None:
    profile_secrets(_profile(), {"XLPY_MANAGE_PRIVATE_KEY": "a", "XLPY_SL_PASSWORD": "b"})
    assert ring.asked == 0


def test_the_keyring_is_asked_only_for_what_is_needed() -> None:
    assert [name.what for name in secret_names(_profile("sqlite:///demo.sqlite"))] == ["Manage API key"]
    windows = "Server=S;Database=D;Trusted_Connection=yes"
    assert [name.what for name in secret_names(_profile(windows))] == ["Manage API key"]
    member = replace(_profile(), manage=ManageSettings("na.example.net", "Firm", "c", member="JDoe", integrator="intg"))
    assert [name.what for name in secret_names(member)] == ["Manage integrator password", "SL database password"]


def test_without_keyring_and_environment_the_reason_is_told() -> None:
    keyring.set_keyring(fail.Keyring())
    session = Session.open(_profile())
    with pytest.raises(SettingsError, match=r"private key.*missing.*keyring.*XLPY_MANAGE_PRIVATE_KEY"):
        _ = session.manage
    with pytest.raises(SettingsError, match=r"password of the SQL Server login xlpy.*keyring.*XLPY_SL_PASSWORD"):
        _ = session.sl


def test_a_run_without_log_in_says_log_in_first() -> None:
    with pytest.raises(SettingsError, match="Log in first"):
        _ = Session.open(_profile()).sl


@pytest.mark.parametrize("url", [ODBC, URL, f"{ODBC};"])
def test_the_password_joins_the_address_only_for_a_connection(url: str) -> None:
    whole = with_password(url, SECRET)
    assert password_in(whole) == SECRET
    assert password_in(url) == ""
    found = sql_login(whole)
    assert found
    assert (found.server, found.database, found.user) == ("SQLSRV1", "DEMOApp", "xlpy")
    if "://" not in url:
        assert odbc_parts(whole)["pwd"] == SECRET


@pytest.mark.parametrize(
    "url",
    [
        "Server=S;Database=D;Trusted_Connection=yes",
        "Server=S;UID=a;Authentication=ActiveDirectoryInteractive",
        "DSN=SL",
        "mssql+pyodbc://S/D?trusted_connection=yes",
        "sqlite:///demo.sqlite",
    ],
)
def test_where_no_password_is_needed_none_is_added(url: str) -> None:
    assert with_password(url, SECRET) == url


def test_the_session_s_connection_has_the_password(on_server: LoginForm, sql_server: object) -> None:
    on_server.company_database = "DEMOApp"
    save(on_server)
    with Session.open(load_profile(on_server.path, {})) as session:
        _ = session.sl
        assert "hush" not in repr(session.secrets)
        assert "hush" not in session.profile.sl.url
    sent = str(sql_server.connected[-1][0][0])  # type: ignore[attr-defined]
    assert odbc_parts(sent)["pwd"] == SECRET
    assert odbc_parts(sent)["database"] == "DEMOApp"


@pytest.mark.parametrize("url", [f"{ODBC};PWD={{hush-hush}}", "mssql+pyodbc://xlpy:hush-hush@SQLSRV1/DEMOApp"])
def test_a_password_in_the_file_is_refused_with_how_to_move_it(tmp_path: Path, url: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f'[sl]\nurl = "{url}"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"password in \[sl\] url.*xlpy login.*XLPY_SL_PASSWORD") as told:
        load_profile(path, {})
    assert "hush-hush" not in str(told.value)
    clean = tmp_path / "clean.toml"
    clean.write_text('[sl]\ncompany = "0060"\n', encoding="utf-8")
    assert load_profile(clean, {"XLPY_SL_URL": url}).sl.url == url  # a scheduler may


def test_log_out_removes_all_secrets_of_the_profile_and_says_which(on_server: LoginForm, ring: Memory) -> None:
    save(on_server)
    ring.set_password("another program", "me", "stays")
    removed = log_out(load_profile(on_server.path, {}))
    assert [text.split(" of ")[0] for text in removed] == ["Manage API key", "SL database password"]
    assert list(ring.kept.values()) == ["stays"]
    assert log_out(load_profile(on_server.path, {})) == ()
