"""``python -m xlpy.install <package.whl>``: what the .cmd does, by hand."""

from xlpy.install import main

if __name__ == "__main__":
    main()
