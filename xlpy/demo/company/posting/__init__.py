"""The posting of released batches to the general ledger (SL: pp_01520)."""
