"""From Manage's word for a thing to SL's: account, customer, vendor, item, tax, terms, unit, place, currency, sign."""
