"""`python -m truckban.cli`: the same as the console script."""

from truckban.cli.main import entry

entry()
