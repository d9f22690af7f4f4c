"""What is kept for others: audit records, their proof, logs, files that are saved."""
