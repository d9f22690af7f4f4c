"""The help page: chapters as texts, and lists that are made from the code's own tables. No knowledge of its own."""
