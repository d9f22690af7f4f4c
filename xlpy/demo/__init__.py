"""A Manage site and an SL company to try the product on, the release and posting of SL included.

The product never needs anything in here; tests and ``xlpy demo`` do.
"""
