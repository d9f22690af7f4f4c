"""Example: the department of a line comes from the location, not from Manage's account.

The firm has one department per location as its SL subaccount. Manage's GL mappings know only accounts, so that the
subaccount is missing there.
"""

from xlpy.rules import RuleLine, stop

_DEPARTMENTS = {"Tampa": "100TP", "Orlando": "300OR"}


def account(line: RuleLine):
    """Put the location's department behind Manage's account; expenses keep what Manage says."""
    if line.kind == "expense":
        return None
    department = _DEPARTMENTS.get(line.location)
    if department is None:
        return stop(
            "OWN-NO-DEPARTMENT",
            f"Location {line.location} has no department",
            "Enter the location in the list of rules.py, or correct it in Manage",
        )
    acct = line.account.split(":")[0]
    return f"{acct}:{department}" if acct else None
