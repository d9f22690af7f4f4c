"""From planned documents and masters to the rows that SL's entry screens would write. Pure."""
