"""Writing into SL, verifying and taking out again, inside one transaction. Nothing is released here."""
