"""The Manage half of a batch: marking what SL has, and finishing what an earlier run left half done."""
