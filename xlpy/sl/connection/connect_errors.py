"""Why SL's database could not be reached, in words, and what to do. Never with a password."""

from __future__ import annotations

import re

from xlpy.errors import SlError
from xlpy.profile.odbc import DRIVER_MISSING_FIX, Target

_CODE = re.compile(r"\((\d{3,5})\)")
_PASSWORD = re.compile(r"((?:pwd|password)\s*=\s*)(\{(?:[^}]|\}\})*\}|[^;\s]*)", re.IGNORECASE)


def explain_connect_error(error: BaseException, target: Target) -> SlError:
    """Turn the driver's refusal to connect into an ``SlError`` that says what to mend.

    The order matters: a database that can't be opened also says *login failed*, a certificate that is not trusted
    also says *connection failed*.
    """
    state = str(error.args[0]) if error.args else ""
    said = " ".join(str(part) for part in error.args) or type(error).__name__
    low = said.lower()
    codes = set(_CODE.findall(said))
    if state == "IM002" or "can't open lib" in low or "data source name not found" in low or state == "IM003":
        return SlError("The ODBC driver for SQL Server is not installed on this PC.", fix=DRIVER_MISSING_FIX)
    if "certificate" in low and ("verify failed" in low or "trust" in low or "chain" in low):
        return SlError(
            f"The connection to SL ({target}) is encrypted, but this PC does not trust the server's certificate.",
            fix="Have the certificate (or its authority) installed on this PC, or give the server a trusted one. Only"
            " when you know that the network is safe: add TrustServerCertificate=yes to [sl] url.",
        )
    if "4060" in codes or "cannot open database" in low:
        return SlError(
            f"The SQL login may not open the database {target.database or '(default)'} on {target.server}, or there is"
            " no such database.",
            fix="Check the database's name in [sl] url (the company database, ending in App), and the login's rights.",
        )
    if state == "28000" or "18456" in codes or "login failed" in low:
        return SlError(
            f"The login to SL ({target}) was refused.",
            fix="Log in again (Log in on the ribbon, or xlpy login) with the right SQL login and password, or with the"
            " Windows account; a scheduler has the password in XLPY_SL_PASSWORD.",
        )
    if "18486" in codes or "18487" in codes or "18488" in codes:
        return SlError(f"The password of the SQL login for SL ({target}) has expired or the login is locked.")
    if state in {"08001", "HYT00", "HYT01", "11001"} or "network-related" in low or "login timeout" in low:
        return SlError(
            f"SL's SQL Server was not found or did not answer ({target}).",
            fix="Check the server's name and instance in [sl] url, that it runs, and the network (VPN, firewall).",
        )
    return SlError(f"The connection to SL ({target}) failed: {without_password(said)}.")


def without_password(said: str) -> str:
    """Return what a driver said with passwords blanked, cut at 500 characters."""
    return _PASSWORD.sub(lambda match: f"{match[1]}…", said)[:500]
