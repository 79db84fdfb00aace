"""What looks at runs for those who follow them goes on, whatever one look comes to."""

import asyncio
import logging

import pytest
from fastapi import FastAPI
from uploading import day, put_run

from api.settings import Settings
from api.store.database import Store
from api.store.runs import versions_of
from api.traces import watch
from api.traces.watch import RunWatch


def test_a_look_that_breaks_is_logged_and_the_next_one_tells(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run_id = put_run(settings, store, {kind: day()[kind] for kind in ("traces", "vehicles")})
    looks = 0

    def breaks_once(*given: object) -> object:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise ValueError("nobody thought of this")
        return versions_of(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(watch, "versions_of", breaks_once)

    async def first() -> str:
        async for seen in RunWatch(FastAPI(), store).changes(run_id, -1):
            if seen is not None:
                return seen[0].state
        raise AssertionError("it ended")

    with caplog.at_level(logging.ERROR, logger="truckban.traces"):
        assert asyncio.run(asyncio.wait_for(first(), 30)) == "queued"
    assert looks >= 2
    assert "nobody thought of this" in caplog.text
