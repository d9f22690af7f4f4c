"""One HTTP session with a Manage site: how it is reached, logged in to, and what its answers are."""
