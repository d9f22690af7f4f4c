"""The release of SL for the demo company: what all modules share, and journals."""
