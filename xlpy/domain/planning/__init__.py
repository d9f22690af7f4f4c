"""From included rows, export and books to the plan, with every problem of it. Makers are named by module."""
