"""The demo company as an accountant finds it: set-up, masters, some history."""
