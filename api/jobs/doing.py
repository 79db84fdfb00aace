"""A job that a worker has: the process that does it, and what that process said last."""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from api.jobs.kinds import Kind, kind_named
from api.settings import Settings
from api.store.jobs import Lease


class Doing:
    """Starts the process.

    Args:
        settings: handed to it.
        lease: the job.
    """

    def __init__(self, settings: Settings, lease: Lease) -> None:
        """Start, and begin to listen."""
        self._begin(lease)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "api.jobs.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdin is not None  # noqa: S101
        with suppress(BrokenPipeError):  # it is dead already: `over` says so
            self.process.stdin.write(json.dumps(asked(settings, lease)).encode() + b"\n")
            self.process.stdin.flush()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def _begin(self, lease: Lease) -> None:
        """Begin with nothing said."""
        self.lease = lease
        self.kind: Kind = kind_named(lease.kind)
        self.progress: Mapping[str, Any] | None = None
        self.told: Mapping[str, Any] | None = None
        self.result: Mapping[str, Any] | None = None
        self.error: Mapping[str, Any] | None = None
        self.again = False

    @property
    def status(self) -> int | None:
        """With what the process ended, if it has."""
        return self.process.returncode

    @property
    def over(self) -> bool:
        """Has the process ended, and was all read that it said?"""
        return self.process.poll() is not None and not self._listening.is_alive()

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.wait()
        self._listening.join()
        self._close()

    def _close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

    def close(self) -> None:
        """Let go of a process that has ended."""
        self.process.wait()
        self._close()

    def _listen(self) -> None:
        assert self.process.stdout is not None  # noqa: S101
        for line in self.process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue  # half a line of a process that was killed
            if isinstance(said, dict):  # else a library printed it
                self._heard(said)

    def _heard(self, said: Mapping[str, Any]) -> None:
        self.progress = said.get("progress", self.progress)
        self.result = said.get("result", self.result)
        self.error = said.get("error", self.error)
        self.again = said.get("again", self.again)


def asked(settings: Settings, lease: Lease) -> dict[str, Any]:
    """Return what a job's process is told, JSON: it needs no secret but the way to the store."""
    url = settings.database_url
    handed = settings.model_dump(mode="json", exclude={"database_url", "secret_key", "oidc_client_secret"})
    handed["database_url"] = None if url is None else url.get_secret_value()
    handed["data_dir"] = str(settings.data_dir.absolute())
    return {"settings": handed, "lease": asdict(lease)}
