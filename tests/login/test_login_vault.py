"""Passwords are in the keyring of this user on this PC, or nowhere; one that does not answer keeps nobody waiting."""

from __future__ import annotations

import sys
import threading
import time
import types
from typing import Any

import keyring
import pytest
from keyring.backends import chainer, fail, null
from login_stage import Memory

from xlpy.profile import vault
from xlpy.profile.vault import KeyringUnavailable, SecretName, forget_secret, read_secret, save_secret

KEY = SecretName("Manage API key", ("NA.example.net", "Firm", "pub"), "pub")
SQL = SecretName("SL database password", ("SQLSRV1", "DEMOApp", "xlpy"), "xlpy")


def test_what_is_saved_is_read_and_removed(ring: Memory) -> None:
    save_secret(KEY, "one")
    save_secret(SQL, "two")
    assert (read_secret(KEY), read_secret(SQL)) == ("one", "two")
    assert forget_secret(KEY)
    assert not forget_secret(KEY)
    assert (read_secret(KEY), read_secret(SQL)) == ("", "two")


def test_each_secret_has_a_service_name_of_its_own() -> None:
    other = SecretName("Manage API key", ("na.example.net", "firm", "other"), "other")
    assert len({KEY.service, SQL.service, other.service}) == 3
    assert KEY.service == "Manage to SL: Manage API key (na.example.net, firm, pub)"


def _class_in(module: str) -> Any:
    """A keyring class as another library would have it."""
    return type("Backend", (Memory,), {"__module__": module, "priority": 5, "persist": "enterprise"})


def test_on_windows_it_stays_on_this_pc() -> None:
    windows = _class_in("keyring.backends.Windows")()
    keyring.set_keyring(windows)
    save_secret(KEY, "one")
    assert windows.persist == "local machine"
    assert read_secret(KEY) == "one"


def test_windows_own_backend_takes_the_persistence(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends import Windows

    credentials = types.SimpleNamespace(CRED_PERSIST_LOCAL_MACHINE=2, CRED_PERSIST_ENTERPRISE=3)
    monkeypatch.setattr(Windows, "win32cred", credentials, raising=False)
    backend = Windows.WinVaultKeyring()
    assert backend.persist == 3
    backend.persist = "local machine"
    assert backend.persist == 2


@pytest.mark.parametrize("backend", [null.Keyring(), fail.Keyring()], ids=["null", "fail"])
def test_without_a_keyring_it_is_told_what_to_do(backend: Any) -> None:
    keyring.set_keyring(backend)
    for call in (lambda: read_secret(KEY), lambda: save_secret(KEY, "one"), lambda: forget_secret(KEY)):
        with pytest.raises(KeyringUnavailable, match=r"none that keeps passwords safe.*XLPY_MANAGE_PRIVATE_KEY"):
            call()


def test_a_keyring_that_is_a_plain_file_is_not_used(ring: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = _class_in("keyrings.alt.file")()
    keyring.set_keyring(plain)
    with pytest.raises(KeyringUnavailable):
        save_secret(KEY, "one")
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain, ring])
    keyring.set_keyring(chainer.ChainerBackend())
    save_secret(KEY, "one")
    assert read_secret(KEY) == "one"
    assert not plain.kept
    assert list(ring.kept.values()) == ["one"]


def test_a_locked_keyring_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    class Locked(Memory):
        def get_password(self, service: str, username: str) -> str | None:
            released.wait(30)
            return None

    monkeypatch.setattr(vault, "SECONDS", 0.1)
    keyring.set_keyring(Locked())
    started = time.monotonic()
    with pytest.raises(KeyringUnavailable, match=r"did not answer.*locked"):
        read_secret(KEY)
    monkeypatch.setattr(vault, "SECONDS", 60.0)
    with pytest.raises(KeyringUnavailable, match="did not answer"):  # not asked again in this process
        read_secret(SQL)
    assert time.monotonic() - started < 10
    released.set()
    vault.try_again()
    assert read_secret(SQL) == ""


def test_what_a_keyring_says_is_not_repeated() -> None:
    class Chatty(Memory):
        def set_password(self, service: str, username: str, password: str) -> None:
            raise RuntimeError(f"can't save {password}")

    keyring.set_keyring(Chatty())
    with pytest.raises(KeyringUnavailable) as told:
        save_secret(KEY, "hush-hush")
    assert "hush-hush" not in str(told.value)
    assert "RuntimeError" in str(told.value)


def test_a_secret_that_windows_would_not_take_is_refused_everywhere(ring: Memory) -> None:
    save_secret(KEY, "x" * 1280)
    with pytest.raises(KeyringUnavailable, match="1280 characters"):
        save_secret(KEY, "x" * 1281)


def test_a_keyring_that_forgets_is_found_out(ring: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Memory, "set_password", lambda *_: None)
    with pytest.raises(KeyringUnavailable, match="does not give it back"):
        save_secret(KEY, "one")


def test_a_keyring_that_says_it_is_locked_is_quoted_in_words() -> None:
    from keyring.errors import KeyringLocked

    class Locked(Memory):
        def get_password(self, service: str, username: str) -> str | None:
            raise KeyringLocked("Failed to unlock the collection!")

    keyring.set_keyring(Locked())
    with pytest.raises(KeyringUnavailable, match=r"it is locked.*Unlock"):
        read_secret(KEY)


def test_a_missing_keyring_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(KeyringUnavailable, match="lacks the package keyring"):
        read_secret(KEY)
