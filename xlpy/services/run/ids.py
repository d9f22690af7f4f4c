"""What a run is called: in the ledger, the log, the results and the audit record."""

from __future__ import annotations

import uuid

from xlpy.runlog import name_run
from xlpy.services.run.session import Session


def new_run_id(session: Session, prefix: str = "") -> str:
    """Name a run: local time and a random tail, sortable. The log carries the name from now on."""
    run_id = f"{prefix}{session.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:4]}"
    name_run(run_id)
    return run_id
