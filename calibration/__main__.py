"""`python -m calibration`: the command `calibrate`, for what starts it by its package's name."""

from calibration.cli import main

main(prog_name="calibrate")
