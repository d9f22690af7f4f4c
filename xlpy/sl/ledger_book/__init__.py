"""The posting ledger in SL and the other tables of this program there: payment sync, audit chain, lock, script, rights."""
