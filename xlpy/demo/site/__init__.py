"""The demo Manage site: an HTTP server that behaves like Manage's REST API for what this product calls."""
