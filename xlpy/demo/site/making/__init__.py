"""Making a demo firm of any size in Manage, the same one for the same seed."""
