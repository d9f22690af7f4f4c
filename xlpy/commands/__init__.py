"""The commands of ``xlpy``, one module per group of the ribbon: each presses a button or calls a service. No rules."""
