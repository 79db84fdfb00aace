"""Run as `python benchmarks/accuracy --help`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from accuracy.command import main

if __name__ == "__main__":
    main()
