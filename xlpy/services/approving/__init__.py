"""Two persons: ask for approval of a plan, and approve one that was built again. Posting is elsewhere."""
