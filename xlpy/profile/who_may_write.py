"""Who else may write a file whose content this product runs: nobody may, but the user and the system's administrators.

Linux, macOS: the mode of file and folder. Windows: the access list, read as SDDL text, which is the same in every
language of Windows.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Any

ROOT = 0
# SDDL: the local system, the administrators, TrustedInstaller, and (in inherited entries) the owner.
TRUSTED_SIDS = ("SY", "BA", "LA", "CO", "OW")
TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
_ACE = re.compile(r"\(([^()]*)\)")
_OWNER = re.compile(r"O:(S-[0-9-]+|[A-Z]{2})")
_DACL = re.compile(r"D:([A-Z]*)((?:\([^()]*\))*)")
# What changes a file or a folder, in SDDL's letters and as bits: write data, append, delete, owner, permissions.
_WRITING = ("FA", "FW", "GA", "GW", "KA", "KW", "WD", "WO", "SD", "DC", "CC", "LC", "WP", "DT")
_WRITING_BITS = 0x2 | 0x4 | 0x40 | 0x10000 | 0x40000 | 0x80000 | 0x10000000 | 0x40000000
_READING = ("FR", "FX", "GR", "GX", "RC", "RP", "LO")
_INHERITED_ONLY = "IO"


def others_who_may_write(path: Path) -> str:
    """Say who else may write a file, or put another one into its folder; empty when nobody may.

    Raises ``OSError`` when it can't be looked at.
    """
    if os.name == "nt":
        return _on_windows(path)
    return _by_mode(path) or _by_mode(path.parent)


def _by_mode(path: Path) -> str:
    found = path.stat()
    what = "the folder" if stat.S_ISDIR(found.st_mode) else "the file"
    own = getattr(os, "getuid")()  # noqa: B009 (Windows has none)
    if found.st_uid not in (ROOT, own):
        return f"{what} {path} belongs to another user"
    if found.st_mode & stat.S_ISVTX and stat.S_ISDIR(found.st_mode):
        return ""  # in such a folder nobody can replace what is another's
    for bit, who in ((stat.S_IWOTH, "everybody"), (stat.S_IWGRP, "its group")):
        if found.st_mode & bit:
            return f"{what} {path} may be written by {who}"
    return ""


def writers_in(sddl: str, own_sid: str) -> list[str]:
    """Return the SIDs, or SDDL's letters for them, that may change what has this access list, and are not trusted.

    ``own_sid``: of the user. An access list that is not there gives everybody everything (``WD``, in SDDL).
    """
    trusted = {*TRUSTED_SIDS, TRUSTED_INSTALLER, own_sid}
    owner = _OWNER.search(sddl)
    found = [] if owner is None or owner[1] in trusted else [owner[1]]
    listed = _DACL.search(sddl)
    if listed is None or "NO_ACCESS_CONTROL" in sddl:
        return [*found, "WD"]
    for ace in _ACE.findall(listed[2]):
        parts = [*ace.split(";"), "", "", "", "", "", ""]
        kind, flags, rights, sid = parts[0], parts[1], parts[2], parts[5]
        if kind in ("A", "XA") and _INHERITED_ONLY not in _pairs(flags) and sid not in trusted and _may_write(rights):
            found.append(sid)
    return list(dict.fromkeys(found))


def _may_write(rights: str) -> bool:
    if rights.lower().startswith("0x"):
        return bool(int(rights, 16) & _WRITING_BITS)
    # Letters that are not known count as writing: a stand-in for what Windows may add.
    return any(pair in _WRITING or pair not in _READING for pair in _pairs(rights))


def _pairs(letters: str) -> list[str]:
    return [letters[at : at + 2] for at in range(0, len(letters), 2)]


def _on_windows(path: Path) -> str:
    """Look at the access lists of a file and of its folder. Unverified: it was never run on Windows."""
    own = _own_sid()
    for one, what in ((path, "the file"), (path.parent, "the folder")):
        others = writers_in(_sddl_of(one), own)
        if others:
            return f"{what} {one} may be written by {', '.join(others)}"
    return ""


def _sddl_of(path: Path) -> str:
    """Return owner and access list of a file as SDDL (Windows: GetNamedSecurityInfoW). Raises ``OSError``."""
    from importlib import import_module

    ctypes: Any = import_module("ctypes")
    advapi32, kernel32 = ctypes.windll.advapi32, ctypes.windll.kernel32
    file_object, owner_and_dacl, revision = 1, 0x1 | 0x4, 1
    descriptor, text = ctypes.c_void_p(), ctypes.c_wchar_p()
    failed = advapi32.GetNamedSecurityInfoW(
        ctypes.c_wchar_p(str(path)), file_object, owner_and_dacl, None, None, None, None, ctypes.byref(descriptor)
    )
    if failed:
        raise OSError(failed, f"its access list can't be read (Windows error {failed})")
    try:
        done = advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor, revision, owner_and_dacl, ctypes.byref(text), None
        )
        if not done:
            raise OSError("its access list can't be read")
        return str(text.value)
    finally:
        kernel32.LocalFree(text)
        kernel32.LocalFree(descriptor)


def _own_sid() -> str:
    """Return the user's SID (Windows: whoami)."""
    import subprocess

    system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "whoami.exe"
    said = subprocess.run(  # noqa: S603 (Windows' own program, by its full path)
        [str(system), "/user", "/fo", "csv", "/nh"], capture_output=True, text=True, check=False, errors="replace"
    )
    found = re.search(r"S-1-[0-9-]+", said.stdout)
    if found is None:
        raise OSError("Windows does not tell who the user is")
    return found[0]
