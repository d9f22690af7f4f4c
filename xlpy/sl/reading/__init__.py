"""Reading SL: books for the plan, numbers, settlements, documents as they are now. Writes nothing."""
