"""The posting ledger in SL and our other tables there: payment sync, audit chain, lock, script, rights."""
