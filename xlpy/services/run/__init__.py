"""What every job has: the session, its name, its report, what is kept of it, what the ledger has half done."""
