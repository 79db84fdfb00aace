"""The command line of the trial; `__init__.py` says what is tried."""

import argparse
import resource
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

# the folder is run as it stands, not installed; its name is that of the package
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(1, str(Path(__file__).parents[2]))

from api.settings import Settings
from service_kills.processes import postgresql
from service_kills.trial import Plan, Trial


def main() -> int:
    """Try; return 1 where anything was lost or doubled."""
    parser = argparse.ArgumentParser(description="kill server and worker while clients go on")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--clients", type=int, default=2, help="of each kind")
    parser.add_argument("--trucks", type=int, default=2, help="of the day that is checked; 0: no runs")
    parser.add_argument("--pause", type=float, default=1.5, help="seconds between two kills, at most")
    parser.add_argument("--keep", action="store_true", help="leave store, files and logs where they are")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tbkills"))
    folder.chmod(0o755)  # PostgreSQL runs as somebody else
    begun = time.monotonic()
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'truckban.sqlite'}"
        if asked.database == "postgresql":
            url = stack.enter_context(postgresql(folder / "pg"))
        environment = {
            "TRUCKBAN_DATA_DIR": str(folder / "data"),
            "TRUCKBAN_DATABASE_URL": url,
            "TRUCKBAN_TRIP_PROCESSES": "0",
            "TRUCKBAN_RATE_PER_MINUTE": "1000000000",
            "TRUCKBAN_LOG_LEVEL": "warning",
        }
        settings = Settings(data_dir=folder / "data", database_url=url, trip_processes=0)  # type: ignore[arg-type]
        plan = Plan(asked.kills, asked.seed, each=asked.clients, trucks=asked.trucks, pause_s=asked.pause)
        trial = Trial(plan, settings, environment, folder)
        told = trial.run()
    kept = trial.kept.now()
    runs = [run.state for run in kept.runs.values()]
    took = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{asked.database}, seed {asked.seed}: {sum(told.kills.values())} kills {dict(told.kills)} in "
        f"{time.monotonic() - begun:.0f} s (processor {took.ru_utime + took.ru_stime:.0f} s); "
        f"back in {statistics.median(told.back_s or [0]):.2f} s (median), {max(told.back_s or [0]):.2f} s at most"
    )
    print(
        f"acknowledged: {trial.kept.count} in all; {len(kept.uploads)} uploads of {sum(each.offset for each in kept.uploads.values())} bytes, "
        f"{sum(len(each.acts) for each in kept.leads.values())} acts on leads, "
        f"{sum(len(each.acts) for each in kept.permits.values())} steps of {len(kept.permits)} applications, "
        f"{len(runs)} runs ({runs.count('done')} seen done); {trial.again} requests asked again after a connection broke"
    )
    for fault in told.faults:
        print("FAULT", fault)
    print(f"{len(told.faults)} faults")
    if asked.keep or told.faults:
        print(f"store, files and logs: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if told.faults else 0


if __name__ == "__main__":
    sys.exit(main())
