"""Manage, posting ledger, SL and its general ledger side by side, to the cent."""
