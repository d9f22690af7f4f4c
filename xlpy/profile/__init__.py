"""Settings and log-in data of one firm: the file, its rules and mistakes, profiles, passwords in the keyring.

May know the domain; nothing of servers.
"""
