"""From included rows, export and books to the plan, with every problem of it. Makers of documents are named by module."""
