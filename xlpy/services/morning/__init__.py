"""The morning report: what is new, stopped, waiting, changed and unpaid. It looks, and never posts."""
