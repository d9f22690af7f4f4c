"""The REST client of Manage: transport, records, lists, export, batches.

Turns JSON into the values of ``xlpy.domain.facts.manage`` and knows no SL, no Excel and no rule of posting.
"""
