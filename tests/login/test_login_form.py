"""The form: what it makes of a settings file and back, what it keeps, and that no secret ever lands in a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from login_stage import SECRET, Memory

from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.errors import SettingsError
from xlpy.login.finish import finish
from xlpy.login.form import FIELDS, MANAGE, MEMBER, SL, SQL_SERVER, WINDOWS, LoginForm, form_of
from xlpy.login.saving import save
from xlpy.profile.odbc import odbc_parts
from xlpy.profile.settings import load_profile
from xlpy.profile.sql_login import connection_string, url_parts


def test_every_field_has_a_key_of_its_own_that_its_label_shows() -> None:
    for kinds in (("login_kind", WINDOWS), ("login_kind", SQL_SERVER)):
        for access_kind in ("API key", MEMBER):
            form = LoginForm(Path("x.toml"), access=access_kind, **{kinds[0]: kinds[1]})  # type: ignore[arg-type]
            keys = [what.key for what in FIELDS if form.shown(what)]
            assert len(set(keys) | set("tcvl")) == len(keys) + 4  # t, c: Test connection; v: Save passwords; l: Profile
    assert all(what.key in what.label.lower() for what in FIELDS)


def test_the_form_comes_back_as_it_was_saved(on_server: LoginForm) -> None:
    on_server.encryption, on_server.trust, on_server.company_database = "Strict", True, "DEMOApp"
    save(on_server)
    again = form_of(on_server.path)
    for what in FIELDS:
        if what.name != "database":
            assert getattr(again, what.name) == getattr(on_server, what.name), what.name
    assert again.database == "DEMOApp"  # the company's own: what a run connects to


def test_member_impersonation_comes_back_too(typed: LoginForm) -> None:
    typed.access, typed.member, typed.integrator, typed.integrator_password = MEMBER, "KMorales", "intg", "pass word "
    save(typed)
    again = form_of(typed.path)
    assert (again.access, again.member, again.integrator) == (MEMBER, "KMorales", "intg")
    assert again.integrator_password == "pass word "
    assert load_profile(typed.path, {}).manage.public_key == ""


def test_names_that_need_it_are_quoted(on_server: LoginForm) -> None:
    on_server.company_database, on_server.login = "A;B}Trusted_Connection=yes", "dom {x};PWD=y"
    parts = odbc_parts(on_server.sl_url(on_server.company_database))
    assert (parts["database"], parts["uid"]) == ("A;B}Trusted_Connection=yes", "dom {x};PWD=y")
    assert "trusted_connection" not in parts
    assert "pwd" not in parts


def test_what_the_form_does_not_ask_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    url = "Driver={ODBC Driver 17 for SQL Server};Server=S;Database=DEMOApp;UID=a;MultiSubnetFailover=Yes;Encrypt=no"
    path.write_text(f'[sl]\nurl = "{url}"\ncode_page = "cp1250"\n[posting]\nlocations = [2]\n', encoding="utf-8")
    form = form_of(path)
    assert (form.encryption, form.login_kind, form.login) == ("Optional", SQL_SERVER, "a")
    form.server, form.company = "T", "0060"
    save(form)
    profile = load_profile(path, {})
    parts = url_parts(profile.sl.url)
    assert parts["server"] == "T"
    assert (parts["driver"], parts["multisubnetfailover"]) == ("ODBC Driver 17 for SQL Server", "Yes")
    assert (profile.sl.code_page, profile.posting.locations) == ("cp1250", (2,))


def test_a_dsn_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[sl]\nurl = "DSN=SL prod;UID=a"\n', encoding="utf-8")
    form = form_of(path)
    assert form.server == "DSN=SL prod"
    assert url_parts(form.sl_url("DEMOApp"))["dsn"] == "SL prod"
    assert connection_string({"Server": "a\\b,1433", "PWD": "never"}) == "Server=a\\b,1433"


def test_comments_and_line_ends_of_the_file_are_kept(typed: LoginForm) -> None:
    text = (
        "# mine\r\nname = 'acme'  # the firm\r\n\r\n[manage]\r\nurl = \"old.example.net\" # typed once\r\n"
        "read_timeout = 90\r\n[sl]\r\n# database\r\nurl = ''\r\n"
    )
    typed.path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    save(replace(form_of(typed.path), **{what.name: getattr(typed, what.name) for what in FIELDS}))
    after = typed.path.read_bytes().decode()
    for kept in ("# mine\r\n", "name = 'acme'  # the firm\r\n", "# typed once\r\n", "read_timeout = 90\r\n"):
        assert kept in after
    assert load_profile(typed.path, {}).manage.url == typed.site
    assert not list(typed.path.parent.glob("*.part"))


def test_a_new_profile_is_the_commented_template(typed: LoginForm) -> None:
    assert "company_paid_account" in finish(typed).saved.path.read_text(encoding="utf-8")  # type: ignore[union-attr]
    profile = load_profile(typed.path, {})
    assert (profile.sl.company, profile.sl.user) == (firm.COMPANY_ID, firm.SL_USER)
    assert profile.manage.public_key == access.PUBLIC_KEY


def test_log_in_moves_a_password_out_of_the_file(tmp_path: Path, ring: Memory) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[sl]\nurl = "Server=S;Database=D;UID=a;PWD={hush-hush}"\n', encoding="utf-8")
    form = form_of(path)
    assert form.sql_password == "hush-hush"
    save(form)
    assert "hush-hush" not in path.read_text(encoding="utf-8")
    assert list(ring.kept.values()) == ["hush-hush"]
    load_profile(path, {})


def test_a_missing_field_is_never_saved(typed: LoginForm) -> None:
    typed.client_id = " "
    outcome = finish(typed, insist=True)
    assert (outcome.saved, outcome.field, outcome.may_insist) == (None, "client_id", False)
    assert "Client id is missing" in outcome.manage.text
    assert not typed.path.exists()
    assert typed.missing(SL) == ("", "")
    assert typed.missing(MANAGE)[0] == "client_id"


def test_a_failed_test_is_saved_only_when_insisted(typed: LoginForm, ring: Memory) -> None:
    typed.private_key = "wrong"
    outcome = finish(typed)
    assert outcome.saved is None
    assert outcome.may_insist
    assert not typed.path.exists()
    assert not ring.kept
    assert finish(typed, insist=True).saved


def test_unsaved_passwords_are_forgotten_and_it_says_what_to_set(typed: LoginForm, ring: Memory) -> None:
    assert finish(typed).saved
    assert ring.kept
    outcome = finish(replace(form_of(typed.path), save_passwords=False))
    assert outcome.saved
    assert "XLPY_MANAGE_PRIVATE_KEY" in outcome.text
    assert not ring.kept


def test_a_new_key_replaces_the_old_one_unless_another_profile_needs_it(typed: LoginForm, ring: Memory) -> None:
    save(typed)
    other = replace(form_of(typed.path), path=typed.path.with_name("other.toml"))
    save(other)
    changed = replace(form_of(typed.path), public_key="NewKey", private_key="new")
    save(changed)
    assert sorted(user for _, user in ring.kept) == sorted([access.PUBLIC_KEY, "NewKey"])
    save(replace(form_of(other.path), public_key="NewKey", private_key="new"))
    assert [user for _, user in ring.kept] == ["NewKey"]


def test_without_a_keyring_nothing_is_saved_and_it_is_told(typed: LoginForm) -> None:
    keyring.set_keyring(fail.Keyring())
    outcome = finish(typed)
    assert outcome.saved is None
    assert "Nothing was saved" in outcome.text
    assert "XLPY_MANAGE_PRIVATE_KEY" in outcome.text
    assert not typed.path.exists()
    typed.save_passwords = False
    assert finish(typed).saved


def test_a_file_that_can_t_be_written_leaves_the_keyring_as_it_was(typed: LoginForm, ring: Memory) -> None:
    save(typed)
    before = dict(ring.kept)
    blocked = typed.path.parent / "a file"
    blocked.write_text("", encoding="utf-8")
    form = replace(form_of(typed.path), path=blocked / "settings.toml", public_key="NewKey", private_key="new")
    with pytest.raises(SettingsError, match="can't be written"):
        save(form)
    assert ring.kept == before


def test_a_file_that_is_not_toml_is_not_touched(typed: LoginForm) -> None:
    typed.path.write_text("[[[", encoding="utf-8")
    with pytest.raises(SettingsError, match="not valid TOML"):
        form_of(typed.path)
    with pytest.raises(SettingsError, match="not valid TOML"):
        save(typed)
    assert typed.path.read_text(encoding="utf-8") == "[[["


def test_no_file_has_a_secret(on_server: LoginForm, sql_server: object, tmp_path: Path, data_of_the_user: Path) -> None:
    from xlpy.runlog import run_log

    on_server.private_key, on_server.sql_password = access.PRIVATE_KEY, SECRET
    with run_log("login"):
        assert finish(on_server).saved
        on_server.private_key = "QxWrongKey-12"
        finish(on_server)
    files = [path for folder in (tmp_path, data_of_the_user) for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".toml", ".jsonl", ".json"}
    for path in files:
        content = path.read_bytes()
        for secret in (access.PRIVATE_KEY, SECRET, "QxWrongKey-12"):
            for encoding in ("utf-8", "utf-16-le"):
                assert secret.encode(encoding) not in content, path
    assert "hush" not in repr(on_server)
