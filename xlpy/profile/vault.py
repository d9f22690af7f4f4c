"""The keyring of this user on this PC: read, save and remove a secret, within a time limit.

A locked keyring on Linux waits for somebody to unlock it, and a missing one only fails when it is used. So every call
runs in a thread that is given up after some seconds; after that the keyring counts as not there for the whole process.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from xlpy.errors import SettingsError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SECONDS = 10.0  # until a keyring that does not answer is given up; a user who unlocks it needs some
LONGEST = 2560  # bytes as UTF-16: what Windows takes
SERVICE = "Manage to SL"
# Files that anybody with the disk can read (keyrings.alt), and what forgets or refuses everything.
_UNFIT = ("keyrings.alt.", "keyring.backends.fail.", "keyring.backends.null.")
_REFUSALS = {  # errors of keyring, by their names
    "KeyringLocked": "it is locked",
    "InitError": "it can't be reached or unlocked",
    "NoKeyringError": "there is none",
    "ModuleNotFoundError": "this installation lacks the package keyring",
}
_T = TypeVar("_T")


class KeyringUnavailable(SettingsError):
    """There is no keyring that can be used, it is locked, or it refuses."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The passwords can't be kept in or read from this PC's keyring: {reason}.",
            fix="Unlock or install one, or set the environment variables XLPY_MANAGE_PRIVATE_KEY (or"
            " XLPY_MANAGE_INTEGRATOR_PASSWORD) and XLPY_SL_PASSWORD.",
        )
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SecretName:
    """Where a secret is kept. ``what``: in words; ``identity``: whose it is; ``user``: the public half of the login.

    One service name per secret: Windows keeps one secret per name.
    """

    what: str
    identity: tuple[str, ...]
    user: str

    @property
    def service(self) -> str:
        """The name that the keyring shows."""
        return f"{SERVICE}: {self.what} ({', '.join(part.strip().casefold() for part in self.identity)})"

    def __str__(self) -> str:
        return f"{self.what} of {self.user} ({', '.join(self.identity)})"


_gave_up: list[KeyringUnavailable] = []


def read_secret(name: SecretName) -> str:
    """Return the secret, empty when none is kept. Raises ``KeyringUnavailable``."""

    def read() -> str:
        for backend in _backends():
            found = backend.get_password(name.service, name.user)
            if found is not None:
                return str(found)
        return ""

    return _within_time(read)


def save_secret(name: SecretName, secret: str) -> None:
    """Keep a secret for this user on this PC, and look that it is there. Raises ``KeyringUnavailable``."""
    if len(secret.encode("utf-16-le")) > LONGEST:
        raise KeyringUnavailable(f"the {name.what} is longer than a keyring takes ({LONGEST // 2} characters)")

    def save() -> str | None:
        backend = _backends()[0]
        backend.set_password(name.service, name.user, secret)
        return backend.get_password(name.service, name.user)

    if _within_time(save) != secret:
        raise KeyringUnavailable("it took the password, but does not give it back")


def forget_secret(name: SecretName) -> bool:
    """Remove a secret; return whether there was one. Raises ``KeyringUnavailable``."""

    def forget() -> bool:
        removed = False
        for backend in _backends():
            if backend.get_password(name.service, name.user) is not None:
                backend.delete_password(name.service, name.user)
                removed = True
        return removed

    return _within_time(forget)


def _backends() -> list[KeyringBackend]:
    """Return the keyrings that really keep secrets safe, the preferred one first (a chain is looked into)."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    listed: list[Any] = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    fit = [backend for backend in listed if not _class_of(backend).startswith(_UNFIT)]
    if not fit:
        raise KeyringUnavailable("there is none that keeps passwords safe")
    for backend in fit:
        if _class_of(backend).startswith("keyring.backends.Windows."):
            backend.persist = "local machine"  # the default would roam to every PC of the domain
    return fit


def _class_of(backend: object) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _within_time(work: Callable[[], _T]) -> _T:
    """Do the work in a thread; give the keyring up for this process when it does not answer in time."""
    if _gave_up:
        raise KeyringUnavailable(_gave_up[0].reason)
    answers: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

    def call() -> None:
        try:
            answers.put((True, work()))
        except BaseException as error:  # noqa: BLE001 (a thread has nobody else to tell)
            answers.put((False, error))

    threading.Thread(target=call, name="keyring", daemon=True).start()
    try:
        good, answer = answers.get(timeout=SECONDS)
    except queue.Empty:
        _gave_up.append(KeyringUnavailable(f"it did not answer in {SECONDS:g} seconds; it may be locked"))
        raise KeyringUnavailable(_gave_up[0].reason) from None
    if good:
        return answer  # type: ignore[no-any-return]
    if isinstance(answer, KeyringUnavailable):
        raise answer
    # Never the backend's own text: it may repeat what it was given.
    name = type(answer).__name__
    raise KeyringUnavailable(_REFUSALS.get(name, f"it refused ({name})")) from None


def try_again() -> None:
    """Ask a keyring that was given up once more: the user has pressed a button since."""
    _gave_up.clear()
