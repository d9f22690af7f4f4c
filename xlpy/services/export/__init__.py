"""From refresh to run export: the way of the month. Rooms above it may use it; it knows no history."""
