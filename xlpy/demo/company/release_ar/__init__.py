"""The release of receivables batches: invoices, memos, payments, reversals (SL: pp_08400)."""
