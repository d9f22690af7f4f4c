"""The paper of the user: Letter or A4, as her PC's regional settings have it. Lengths in points."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of paper, landscape."""

    name: str
    width: float
    height: float


LETTER = Paper("Letter", 792.0, 612.0)
A4 = Paper("A4", 841.9, 595.3)

_IPAPERSIZE = 0x100A  # LOCALE_IPAPERSIZE of Windows: 1 Letter, 5 Legal, 8 A3, 9 A4
_NORTH_AMERICAN = frozenset({"1", "5"})
# Territories where Letter is used. Source: CLDR, territory data, measurementData/paperSize.
_LETTER_IN = frozenset("BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split())  # noqa: SIM905 (a list to compare)


def users_paper() -> Paper:
    """Return the paper of the regional settings; A4 where they say nothing."""
    if _on_windows():
        return LETTER if _windows_paper_size() in _NORTH_AMERICAN else A4
    named = next((os.environ[name] for name in ("LC_ALL", "LC_PAPER", "LANG") if os.environ.get(name)), "")
    territory = named.partition(".")[0].partition("@")[0].partition("_")[2]
    return LETTER if territory.upper() in _LETTER_IN else A4


def _on_windows() -> bool:
    return os.name == "nt"


def _windows_paper_size() -> str:
    """Ask Windows. Unverified: not run on Windows yet (documentation of ``GetLocaleInfoEx``)."""
    told = ctypes.create_unicode_buffer(8)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]  # on Windows
    kernel.GetLocaleInfoEx(None, _IPAPERSIZE, told, len(told))  # None: the user's own locale
    return told.value
