"""The release of payables batches (SL: pp_03400)."""
