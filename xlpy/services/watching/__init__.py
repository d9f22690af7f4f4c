"""The morning report: what is new, stopped, waiting, changed and unpaid, in one page. It never posts."""
