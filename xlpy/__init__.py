"""Manage to SL: from ConnectWise Manage to Dynamics SL, through an Excel workbook, a command line or a notebook.

``xlpy.connect(profile)`` opens both systems; see ``xlpy.api``. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from xlpy.version import __version__

__all__ = [
    "Books",
    "Plan",
    "Problem",
    "Profile",
    "RunReport",
    "__version__",
    "connect",
    "load_profile",
    "verify_audit_record",
]

if TYPE_CHECKING:
    from xlpy.api import Books, connect
    from xlpy.domain.documents.plan import Plan
    from xlpy.domain.values.problems import Problem
    from xlpy.profile.settings import Profile, load_profile
    from xlpy.services.records.audit_verify import verify_audit_record
    from xlpy.services.run.reports import RunReport

# What is logged outside of a run's log (a notebook, a command's own end) is not printed between the user's lines.
logging.getLogger(__name__).addHandler(logging.NullHandler())

_WHERE = {
    "Books": "xlpy.api",
    "connect": "xlpy.api",
    "Plan": "xlpy.domain.documents.plan",
    "Problem": "xlpy.domain.values.problems",
    "RunReport": "xlpy.services.run.reports",
    "Profile": "xlpy.profile.settings",
    "load_profile": "xlpy.profile.settings",
    "verify_audit_record": "xlpy.services.records.audit_verify",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_WHERE[name]), name)
