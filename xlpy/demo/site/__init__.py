"""The demo Manage site: an HTTP server that behaves like Manage's REST API for what this product calls.

``generate_site`` makes one, ``serve`` runs it, ``access`` has its demo keys, ``Site.faults`` makes it misbehave. A new
list of records is a table of ``masters`` (or a function that makes rows) and an entry in ``routes``; nothing in here
may be needed by the product itself.
"""
