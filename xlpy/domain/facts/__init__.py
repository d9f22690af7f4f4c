"""What Manage says and what SL says, as typed values, and which exported document belongs to which row. No rules."""
