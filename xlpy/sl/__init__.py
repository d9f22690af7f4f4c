"""Everything that touches SL's database: connection, catalogue, numbering, writers, masters, the posting ledger.

Takes plans and gives back what was written; decides nothing that the plan has not decided.
"""
