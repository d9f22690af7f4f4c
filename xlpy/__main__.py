"""The way into the command line: ``python -m xlpy`` and the command ``xlpy``.

It imports nothing before it can take Ctrl+C: the imports take a second, and who presses it meanwhile gets words.
"""

STOPPED = 2  # the exit code of *could not run*


def main() -> None:
    """Run the command line."""
    import sys

    try:
        from xlpy.cli import main as command_line
    except KeyboardInterrupt:
        print("Stopped before anything was done.", file=sys.stderr)
        sys.exit(STOPPED)
    command_line()


if __name__ == "__main__":
    main()
