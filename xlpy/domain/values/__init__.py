"""What everything is made of: money, widths, references of Manage, transactions, problems, the rules of a profile.

Knows no other room.
"""
