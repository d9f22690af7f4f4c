"""From included rows, export and books to the plan, with every problem of it: one planner, and checks of everything."""
