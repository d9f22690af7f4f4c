"""The release of inventory batches: adjustments and one-step transfers (SL: screen 10.400)."""
