"""Values and rules, without any I/O: nothing here may open a file, a socket or a database.

Everything that decides what a Manage transaction becomes in SL lives here, so that it can be tested by itself.
"""
