"""Every code that a user can be told, with its words, source and cure, by topic. Rules that find them are elsewhere."""
