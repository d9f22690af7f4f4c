"""The package's file beside the .cmd: which one is the newest, and what it is called."""

from __future__ import annotations

import re
from pathlib import Path

from xlpy.install.running import NotInstalled

_NAME = re.compile(r"xlpy-(?P<version>[0-9][^-]*)-py3-none-any\.whl", re.IGNORECASE)


def version_of(package: Path) -> str:
    """Return the version in a package's name; empty when it is none of ours."""
    found = _NAME.fullmatch(package.name)
    return found["version"] if found else ""


def newest_beside(package: Path) -> Path:
    """Return the newest package in the folder: somebody may have copied the new one beside the old one.

    By version, where 0.10 is newer than 0.9. Raises ``NotInstalled`` when there is none.
    """
    found = [path for path in package.absolute().parent.glob("*.whl") if version_of(path)]
    if not found:
        raise NotInstalled(f"{package} is no package of Manage to SL.", "Copy it into the folder again.")
    return max(found, key=lambda path: (_order(version_of(path)), path.name))


def wheels_beside(package: Path) -> Path | None:
    """Return the folder ``wheels`` beside the package, where IT keeps what it needs for PCs without internet."""
    folder = package.absolute().parent / "wheels"
    return folder if folder.is_dir() and any(folder.glob("*.whl")) else None


def _order(version: str) -> tuple[tuple[int, ...], int, str]:
    """Order versions: by their numbers, what is not final (a, b, rc, dev) before what is."""
    numbers = re.match(r"\d+(?:\.\d+)*", version)
    text = numbers[0] if numbers else ""
    rest = version[len(text) :]
    final = 0 if re.match(r"\.?(a|b|rc|dev)", rest) else 1
    return tuple(int(part) for part in text.split(".") if part), final, rest
