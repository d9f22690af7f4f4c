"""Every master of Manage with its SL partner, before any transaction needs it; and the likeliest partner of a blank."""
