"""`python -m hotseat` is `hotseat`."""

from hotseat.cli import main

main(prog_name="hotseat")
