"""Rules of what comes after the batch: settlement, payment sync, rerun, reconciling."""
