"""A secret is masked as long as somebody works with it, and what is no more than a word masks only its own fields."""

from __future__ import annotations

import gc
import logging
from pathlib import Path

import pytest

from xlpy.errors import SettingsError
from xlpy.login.form import LoginForm
from xlpy.login.trial import Trial
from xlpy.masking import HIDDEN, KnownSecrets, known_now, masked, masking, never_show, tells_something, without_secrets
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import Profile, SlSettings
from xlpy.runlog import run_log
from xlpy.services.run.session import Session

KEY = "Zp71-very-secret"
LOGGER = logging.getLogger("xlpy.masking_story")


def _session(key: str = KEY, **more: str) -> Session:
    return Session(Profile(), ManageSecrets(private_key=key), **more)  # type: ignore[arg-type]


# -- how long ----------------------------------------------------------------------------------------------------------


def test_the_secrets_of_a_session_go_with_it() -> None:
    with _session(sl_password="hush-hush-7"):
        assert known_now() == {KEY, "hush-hush-7"}
        assert masked(f"{KEY} and hush-hush-7") == f"{HIDDEN} and {HIDDEN}"
    assert known_now() == set()
    assert masked(KEY) == KEY


def test_a_session_that_nobody_closed_takes_its_secrets_along() -> None:
    session = _session()
    assert masked(KEY) == HIDDEN
    del session
    gc.collect()
    assert known_now() == set()


def test_two_sessions_with_one_key_and_one_ends() -> None:
    with _session():
        with _session():
            pass
        assert masked(KEY) == HIDDEN


def test_a_session_that_is_entered_again_is_masked_again() -> None:
    session = _session()
    with session:
        pass
    with session:
        assert masked(KEY) == HIDDEN


def test_a_run_masks_a_session_that_it_closed_up_to_its_end() -> None:
    with run_log("push") as log:
        with _session():
            pass
        LOGGER.error("after the session: %s", KEY)
    assert KEY not in log.path.read_text(encoding="utf-8") + log.entries[0].text
    with run_log("check") as log:
        LOGGER.warning("a later run: %s", KEY)
    assert log.entries[0].text == f"a later run: {KEY}"


def test_a_run_masks_a_session_that_was_there_before() -> None:
    session = _session()
    with run_log("push") as log:
        session.close()
        LOGGER.error("after the session: %s", KEY)
    assert log.entries[0].text == f"after the session: {HIDDEN}"


def test_each_text_is_masked_by_what_is_known_when_it_is_told() -> None:
    first = KnownSecrets("the-first-secret-1")
    assert masked("the-first-secret-1 the-second-secret-2") == f"{HIDDEN} the-second-secret-2"
    second = KnownSecrets("the-second-secret-2")
    assert masked("the-first-secret-1 the-second-secret-2") == f"{HIDDEN} {HIDDEN}"
    first.forget()
    assert masked("the-first-secret-1 the-second-secret-2") == f"the-first-secret-1 {HIDDEN}"
    second.forget()
    assert masked("the-first-secret-1 the-second-secret-2") == "the-first-secret-1 the-second-secret-2"


def test_a_password_written_in_the_address_is_the_session_s() -> None:
    url = "Server=127.0.0.1,9;Database=D;UID=xlpy;PWD={hush;hush-7}"
    with _session() as session:
        session.profile = Profile(sl=SlSettings(url=url, company="0060"))
        session._sl_address()
        assert masked("hush;hush-7") == HIDDEN
    assert known_now() == set()


def test_a_password_that_a_file_has_is_masked_for_the_run_that_refuses_it() -> None:
    with masking():
        never_show(KEY)
        assert masked(KEY) == HIDDEN
    never_show(KEY)
    assert known_now() == set()


@pytest.mark.parametrize("half", ["test_manage", "test_sl"])
def test_a_log_in_that_failed_leaves_no_secret(tmp_path: Path, half: str) -> None:
    form = LoginForm(
        tmp_path / "settings.toml",
        server=str(tmp_path / "none.sqlite"),
        company="0060",
        site="http://127.0.0.1:9",
        manage_company="firm",
        client_id="an id",
        public_key="public",
        private_key="wrong",
    )
    told = getattr(Trial(form), half)()
    assert not told.good
    assert known_now() == set()
    with run_log("check") as log:
        LOGGER.warning("wrong")
    assert log.entries[0].text == "wrong"


def test_lists_of_a_server_that_refuses_leave_no_secret(tmp_path: Path) -> None:
    form = LoginForm(tmp_path / "settings.toml", server=str(tmp_path / "none.sqlite"), private_key=KEY)
    trial = Trial(form)
    with pytest.raises(Exception, match="no demo company"):
        trial.companies()
    assert known_now() == set()
    assert KEY not in trial.in_words(SettingsError(f"it said {KEY}"))


def test_what_is_known_can_change_while_a_log_is_written() -> None:
    known = KnownSecrets("first-secret")
    known.add("second-secret")
    assert masked("first-secret second-secret") == f"{HIDDEN} {HIDDEN}"
    known.forget()
    known.forget()
    assert known_now() == set()


# -- short and common words --------------------------------------------------------------------------------------------

SENTENCE = "Invoice 00012 of 10-2026: the address is wrong, a 1 and a sa at 08.010; 20261031 is no Period."


@pytest.mark.parametrize(
    "secret", ["", "1", "a", "sa", "is", "10", "wrong", "Invoice", "PERIOD", "2026", "10-2026", "08.010", "20261031"]
)
def test_a_short_or_common_word_masks_nothing_else(secret: str) -> None:
    assert not tells_something(secret)
    with _session(secret):
        assert masked(SENTENCE) == SENTENCE
        assert without_secrets(SENTENCE) == SENTENCE


OWN_FIELDS = [
    "PWD={secret};Encrypt=yes",
    "DRIVER=x;UID=sa;Password = {secret};",
    "XLPY_SL_PASSWORD={secret}",
    "XLPY_MANAGE_PRIVATE_KEY={secret}",
    "[manage] integrator_password = '{secret}'",
    '{{"privateKey": "{secret}", "id": 5}}',
    '{{"password":"{secret}"}}',
    "headers['private_key'] = '{secret}'",
    "mssql+pyodbc://xlpy:{secret}@SQLSRV1/DEMOApp",
    "https://firm+public:{secret}@na.example.net/v4_6_release",
    "mssql+pyodbc://?odbc_connect=UID%3Dxlpy%3BPWD%3D{secret}%3BEncrypt%3Dyes",
    "Authorization: Bearer {secret}",
]


@pytest.mark.parametrize("field", OWN_FIELDS)
@pytest.mark.parametrize("secret", ["#7", "1", "sa", "wrong", "12345", KEY])
def test_its_own_fields_are_masked_whatever_it_is(field: str, secret: str) -> None:
    shown = masked(field.format(secret=secret))
    before, after = field.format(secret="\0").split("\0")
    assert secret not in shown.removeprefix(before).removesuffix(after)
    assert shown.startswith(before.rstrip("'\""))
    assert HIDDEN in shown


def test_a_quoted_password_is_masked_to_its_end() -> None:
    assert "7" not in masked("PWD={hush;hush}}-7};Encrypt=yes")
    assert masked("PWD={hush;hush}}-7};Encrypt=yes").endswith(";Encrypt=yes")
    assert "words" not in masked('{"password": "two words"}')


def test_an_address_without_a_log_in_stays_readable() -> None:
    for text in (
        "nothing answers at http://127.0.0.1:8080/v4_6_release",
        "https://na.example.net:443",
        "a ://b:1433, c",
    ):
        assert masked(text) == text


@pytest.mark.parametrize("text", ["Basic aGFyYm9ycGluZTpzZWNyZXQ=", "authorization=Basic aGFyYm9y"])
def test_a_header_is_masked(text: str) -> None:
    assert "aGFy" not in masked(text)
    assert masked("Basic authentication is off") == "Basic authentication is off"


# -- every spelling ----------------------------------------------------------------------------------------------------


def test_a_secret_is_found_in_every_spelling() -> None:
    secret = 'p@ss}w/ö"7 x'
    with _session(secret):
        for spelt in (
            'p@ss}w/ö"7 x',
            "p%40ss%7Dw%2F%C3%B6%227%20x",
            "p%40ss%7Dw%2F%C3%B6%227+x",
            'p@ss}}w/ö"7 x',
            'p@ss}w/ö\\"7 x',
            'p@ss}w/\\u00f6\\"7 x',
        ):
            assert masked(f"it said {spelt}!") == f"it said {HIDDEN}!"


def test_a_short_secret_that_is_no_word_is_masked_where_it_stands_alone() -> None:
    with _session("Zx7k"):
        assert masked("(Zx7k) Zx7kilometre AZx7k") == f"({HIDDEN}) Zx7kilometre AZx7k"


def test_the_longer_secret_is_masked_first() -> None:
    with _session("Zp71-very"), _session(KEY):
        assert masked(KEY) == HIDDEN
