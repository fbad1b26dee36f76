"""`python -m paldies` is the same as `paldies`."""

from paldies.cli import main

main()
