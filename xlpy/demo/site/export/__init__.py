"""The GL export of the demo site, with the signs, texts and oddities that have been seen on the wire."""
