"""Payment sync: what SL has been paid, into the invoices of Manage."""
