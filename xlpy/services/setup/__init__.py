"""The check of the set-up, line by line: this PC, Manage, SL, rights."""
