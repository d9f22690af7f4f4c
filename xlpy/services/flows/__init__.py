"""For every button one function: what it looks at, what it asks, what it does, and what it says in the end.

A module per group of the ribbon, a function per button, named as the button's id. What only shows gives a ``Told``,
what changes something gives a ``Flow``. The ribbon, the command line and the Python API render them; they decide
nothing.
"""
