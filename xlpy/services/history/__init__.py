"""What was posted before: batches, rerun, undo, clearing."""
