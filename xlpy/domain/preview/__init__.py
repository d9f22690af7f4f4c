"""The journal of a plan: what would be written, and what SL makes of it at release."""
