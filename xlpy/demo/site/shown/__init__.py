"""How the demo site shows its records: unposted lists, batches and entries, payments."""
