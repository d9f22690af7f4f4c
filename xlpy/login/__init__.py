"""Logging in: what the dialog and the prompts ask, the tests behind it, and the keyring that keeps the passwords.

The form (``form``) knows no window and no console; ``window`` and ``prompts`` only show it. Secrets leave this folder
for the keyring and for a connection, never for a file.
"""
