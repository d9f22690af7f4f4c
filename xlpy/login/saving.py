"""OK of the log in dialog: the settings file is written (comments kept), the secrets go to the keyring.

Both or neither: when the file can't be written, the keyring gets back what it had.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.errors import SettingsError
from xlpy.profile.credentials import API_KEY, INTEGRATOR, SQL_LOGIN, secret_names
from xlpy.profile.vault import SecretName, forget_secret, read_secret, save_secret, try_again

if TYPE_CHECKING:
    from xlpy.login.form import LoginForm
    from xlpy.profile.settings import Profile

_MANAGE = ("url", "company", "client_id", "public_key", "member", "integrator")
_SL = ("url", "company", "user")


@dataclass(frozen=True, slots=True)
class Saved:
    """What OK did. ``passwords``: the secrets that the keyring keeps now, in words."""

    path: Path
    passwords: tuple[str, ...]

    @property
    def text(self) -> str:
        """In words."""
        kept = " and ".join(self.passwords)
        told = f"Saved on this PC: {kept}." if kept else _NOT_SAVED
        return f"The settings are in {self.path}. {told}"


_NOT_SAVED = (
    "No password is saved: set XLPY_MANAGE_PRIVATE_KEY (or XLPY_MANAGE_INTEGRATOR_PASSWORD) and, for a SQL Server"
    " login, XLPY_SL_PASSWORD before you press a button."
)


def save(form: LoginForm) -> Saved:
    """Write the settings file and the secrets. Raises ``SettingsError`` when that can't be; then nothing is changed."""
    profile = form.profile()
    secret_of = {
        API_KEY: form.manage_secrets().private_key,
        INTEGRATOR: form.manage_secrets().integrator_password,
        SQL_LOGIN: form.sql_password.strip("\r\n"),
    }
    text = settings_text(form.path, profile)
    names = [name for name in secret_names(profile) if secret_of[name.what]]
    undo: dict[SecretName, str] = {}
    try_again()
    try:
        if form.save_passwords:
            for name in names:
                undo[name] = read_secret(name)
                save_secret(name, secret_of[name.what])
        _write(form.path, text)
    except SettingsError:
        _put_back(undo)
        raise
    if form.save_passwords:
        _forget(set(secret_names(form.before)) - set(names), form.path)
        return Saved(form.path, tuple(name.what for name in names))
    _forget({*secret_names(form.before), *names}, form.path)
    return Saved(form.path, () if names else ("nothing, for none is needed",))


def log_out(profile: Profile) -> tuple[str, ...]:
    """Remove all secrets of a profile from the keyring; return what was removed, in words.

    Raises ``KeyringUnavailable``.
    """
    try_again()
    return tuple(str(name) for name in secret_names(profile) if forget_secret(name))


def settings_text(path: Path, profile: Profile) -> str:
    """Return the settings file with the profile's log in in it: the old file (or the template), comments kept.

    Raises ``SettingsError`` when the old file can't be read.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(_old_text(path))
    except (TOMLKitError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"The settings {path} are not valid TOML: {error}.") from error
    for section, keys, values in (("manage", _MANAGE, profile.manage), ("sl", _SL, profile.sl)):
        if section not in document:
            document[section] = tomlkit.table()
        table = document[section]
        if not isinstance(table, Mapping):
            raise SettingsError(f"The settings {path} have a value {section} where the table [{section}] belongs.")
        for key in keys:
            value = getattr(values, key)
            if table.get(key, "") != value:
                table[key] = value  # type: ignore[index]  # a table of tomlkit
    return tomlkit.dumps(document)


def _old_text(path: Path) -> str:
    from xlpy.resources import resource_folder

    source = path if path.is_file() else resource_folder("templates") / "settings.toml"
    try:
        return source.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"The settings {source} can't be read: {error.strerror or error}.") from error


def _write(path: Path, text: str) -> None:
    from xlpy.files import replace_file
    from xlpy.profile.profiles import remember_profile

    def write(beside: Path) -> None:
        beside.write_bytes(text.encode("utf-8"))

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, write)
    except OSError as error:
        raise SettingsError(
            f"The settings {path} can't be written: {error.strerror or error}.",
            fix="Choose another profile (a folder you may write to), or close the program that has the file open.",
        ) from error
    remember_profile(path)


def _put_back(undo: Mapping[SecretName, str]) -> None:
    for name, before in undo.items():
        try:
            if before:
                save_secret(name, before)
            else:
                forget_secret(name)
        except SettingsError:  # the keyring has gone; the first error is the one to tell
            return


def _forget(names: set[SecretName], path: Path) -> None:
    """Remove secrets that this profile no longer needs, unless another profile of this user still does."""
    from xlpy.profile.profiles import known_profiles
    from xlpy.profile.settings import read_profile

    if not names:
        return
    for other in known_profiles():
        try:
            if other != path.resolve():
                names -= set(secret_names(read_profile(other)))
        except SettingsError:
            continue
    for name in names:
        try:
            forget_secret(name)
        except SettingsError:
            return
