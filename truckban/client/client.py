"""The service, a method for each thing that programs ask of it. Objects are those of the interface's description."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, overload
from urllib.parse import quote

from truckban.client import uploading
from truckban.client.problem import ClientProblem
from truckban.client.wire import Wire

Object = dict[str, Any]
_OVER = ("done", "failed", "cancelled")
_NO_MORE = 204
_MOST_BREAKS = 20


class Client:
    """A service of truckban, asked with one API key; use it as a context, or close it.

    Every method raises `ClientProblem` where the service refuses, with its code and the field at fault.

    Args:
        base_url: such as `https://trucks.example`.
        token: an API key; None asks as nobody.
        options: `lang`, `timeout_s`, `tries`, `wait_s`, as `truckban.client.wire.Wire` has them.
    """

    def __init__(self, base_url: str, token: str | None = None, **options: Any) -> None:  # noqa: ANN401
        """Open nothing yet."""
        self.wire = Wire(base_url, token, **options)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self.wire.close()

    @overload
    def decide(self, cases: Mapping[str, Any], *, notice: str | None = None) -> Object: ...
    @overload
    def decide(self, cases: Sequence[Mapping[str, Any]], *, notice: str | None = None) -> list[Object]: ...
    def decide(
        self, cases: Mapping[str, Any] | Sequence[Mapping[str, Any]], *, notice: str | None = None
    ) -> Object | list[Object]:
        """Return the verdict on a case, or on each of a list: what cannot be read there comes back with `error`."""
        found: Object | list[Object] = self.wire.json("POST", "/v1/decide", json=cases, params=_given(notice=notice))
        return found

    def decide_fixes(
        self,
        vehicle: Mapping[str, Any],
        *,
        time: Sequence[str] | Sequence[float],
        lon: Sequence[float],
        lat: Sequence[float],
        notice: str | None = None,
        **more: Any,  # noqa: ANN401 - `id`, `permits`, `alerts`, `crs`
    ) -> Object:
        """Return, for the fixes of one vehicle, runs of them under one answer."""
        columns = {"time": list(time), "lon": list(lon), "lat": list(lat)}
        asked = {"vehicle": dict(vehicle), "fixes": columns, **more}
        return self._object("POST", "/v1/decide/fixes", json=asked, params=_given(notice=notice))

    def classify(self, vehicle: Mapping[str, Any]) -> Object:
        """Return the class of a vehicle."""
        return self._object("POST", "/v1/vehicles/classify", json=dict(vehicle))

    def trip(self, trip: Mapping[str, Any], *, margin_s: float | None = None, days: float | None = None) -> Object:
        """Return whether a trip may be made, and what instead; `link` gives the same answer later."""
        return self._object("POST", "/v1/trips", json=dict(trip), params=_given(margin_s=margin_s, days=days))

    def trip_again(self, link: str) -> Object:
        """Return the answer that a `link` stands for."""
        return self._object("GET", link)

    def places(self, words: str, *, limit: int | None = None) -> list[Object]:
        """Return which places a few letters can mean: streets, junctions (two streets), enterprises; the likeliest first."""
        found: list[Object] = self._object("GET", "/v1/places", params={"q": words, **_given(limit=limit)})["places"]
        return found

    def notices(self, *, on: str | None = None) -> Iterator[Object]:
        """Yield the notices in force; with a day, only those which answer for it."""
        return self.wire.rows("/v1/notices", "notices", {"on": on})

    def notice(self, notice: str) -> Object:
        """Return a notice in full."""
        return self._object("GET", f"/v1/notices/{quote(notice, safe='')}")

    def zones(self) -> Iterator[Object]:
        """Yield the zones in force."""
        return self.wire.rows("/v1/zones", "zones", {})

    def zone(self, zone: str, *, notice: str | None = None, streets: bool = True) -> Object:
        """Return a zone as GeoJSON, by its SHA-256 or its id, with its notice where several places call theirs alike."""
        params = {"streets": str(streets).lower(), **_given(notice=notice)}
        return self._object("GET", f"/v1/zones/{quote(zone, safe='')}", params=params)

    def zone_part(self, zone: str, part: str, *, notice: str | None = None) -> Object:
        """Return `entries`, `roads` or `quality` of a zone."""
        path = f"/v1/zones/{quote(zone, safe='')}/{quote(part, safe='')}"
        return self._object("GET", path, params=_given(notice=notice))

    def upload(
        self,
        path: str | Path,
        *,
        kind: str,
        why: str,
        crs: str | None = None,
        progress: uploading.Progress | None = None,
        piece_bytes: int = uploading.PIECE_BYTES,
    ) -> Object:
        """Send a file of traces, vehicles, permits or sites in pieces; return the upload.

        Args:
            path: the file.
            kind: `traces`, `vehicles`, `permits` or `sites`.
            why: for what purpose, for the audit trail.
            crs: what the positions of traces are in.
            progress: called with the bytes that are there and the bytes of all.
            piece_bytes: how much is sent at a time.
        """
        begun = uploading.begin(self.wire, Path(path), kind=kind, why=why, crs=crs)
        return self.resume(begun["id"], path, progress=progress, piece_bytes=piece_bytes)

    def resume(
        self,
        upload_id: str,
        path: str | Path,
        *,
        progress: uploading.Progress | None = None,
        piece_bytes: int = uploading.PIECE_BYTES,
    ) -> Object:
        """Go on with an upload that broke off, in another process too."""
        return uploading.send(self.wire, upload_id, Path(path), progress=progress, piece_bytes=piece_bytes)

    def start_run(self, uploads: Sequence[str], *, why: str, **options: Any) -> Object:  # noqa: ANN401
        """Queue a check of uploads (ids); options are those of `POST /v1/traces/runs`."""
        return self._object(
            "POST", "/v1/traces/runs", json={"uploads": list(uploads), "why": why, **options}, once=True
        )

    def run(self, run_id: str) -> Object:
        """Return a run."""
        return self._object("GET", f"/v1/traces/runs/{quote(run_id, safe='')}")

    def runs(self, *, state: str | None = None) -> Iterator[Object]:
        """Yield runs, the newest first."""
        return self.wire.rows("/v1/traces/runs", "runs", {"state": state})

    def cancel_run(self, run_id: str) -> Object:
        """End a run that is not over."""
        return self._object("POST", f"/v1/traces/runs/{quote(run_id, safe='')}/cancel")

    def run_events(self, run_id: str) -> Iterator[Object]:
        """Yield a run each time it changes, until it is over; a connection that breaks is made again."""
        last, breaks = "", 0
        path = f"/v1/traces/runs/{quote(run_id, safe='')}/events"
        while True:
            try:
                with self.wire.stream(path, headers={"Last-Event-ID": last} if last else {}) as answer:
                    if answer.status_code == _NO_MORE:
                        return
                    for number, run in _events(answer.iter_lines()):
                        last, breaks = number, 0
                        yield run
                        if run["state"] in _OVER:
                            return
            except ClientProblem as problem:
                breaks += 1
                if problem.status != 0 or breaks > _MOST_BREAKS:
                    raise

    def run_file(self, run_id: str, name: str, *, why: str | None = None) -> bytes:
        """Return a file that a run left, such as `leads.csv`; those with plates ask why."""
        path = f"/v1/traces/runs/{quote(run_id, safe='')}/files/{quote(name, safe='')}"
        content: bytes = self.wire.ask("GET", path, params=_given(why=why)).content
        return content

    def leads(self, **filters: Any) -> Iterator[Object]:  # noqa: ANN401
        """Yield leads over all pages; filters are those of `GET /v1/leads`."""
        return self.wire.rows("/v1/leads", "leads", filters)

    def lead(self, lead_id: str) -> Object:
        """Return everything about a lead; `etag` is what a change of it is based on."""
        answer = self.wire.ask("GET", f"/v1/leads/{quote(lead_id, safe='')}")
        return {**answer.json(), "etag": answer.headers["etag"]}

    def assign(self, lead_id: str, assignee: str | None, *, etag: str, why: str | None = None) -> Object:
        """Give a lead to an officer (`me` for oneself), or to nobody."""
        return self._act(lead_id, "assign", etag, {"assignee": assignee, **_given(why=why)})

    def confirm(self, lead_id: str, *, why: str, etag: str, acknowledge: Sequence[str] = ()) -> Object:
        """Make a lead a violation: an officer verified it."""
        return self._act(lead_id, "confirm", etag, {"why": why, "acknowledge": list(acknowledge)})

    def dismiss(self, lead_id: str, *, code: str, why: str, etag: str) -> Object:
        """Say that a lead is none."""
        return self._act(lead_id, "dismiss", etag, {"code": code, "why": why})

    def _act(self, lead_id: str, act: str, etag: str, asked: Object) -> Object:
        path = f"/v1/leads/{quote(lead_id, safe='')}/{act}"
        return self._object("POST", path, json=asked, headers={"If-Match": etag}, once=True)

    def listed(self, kind: str, **filters: Any) -> Iterator[Object]:  # noqa: ANN401
        """Yield things of a kind (`permits`, `enterprises`, `vehicles`, `violations`, …) over all pages."""
        return self.wire.rows(f"/v1/{kind}", kind, filters)

    def one(self, kind: str, id_: str) -> Object:
        """Return one thing of a kind; `etag` is there where it can be changed."""
        answer = self.wire.ask("GET", f"/v1/{kind}/{quote(id_, safe='')}")
        tag = answer.headers.get("etag")
        return {**answer.json(), **({} if tag is None else {"etag": tag})}

    def create(self, kind: str, fields: Mapping[str, Any]) -> Object:
        """Create a thing of a kind; it is made once, however often the request has to be sent."""
        return self._object("POST", f"/v1/{kind}", json=dict(fields), once=True)

    def change(self, kind: str, id_: str, fields: Mapping[str, Any], *, etag: str) -> Object:
        """Write the fields of a thing of a kind anew (`vehicles`, `permits`), based on what was seen."""
        return self._object("PUT", f"/v1/{kind}/{quote(id_, safe='')}", json=dict(fields), headers={"If-Match": etag})

    def step(self, kind: str, id_: str, action: str, *, etag: str, **body: Any) -> Object:  # noqa: ANN401
        """Take a step with a thing of a kind (`submit`, `approve` a permit, `confirm` a vehicle, …), based on what was seen."""
        path = f"/v1/{kind}/{quote(id_, safe='')}/{quote(action, safe='')}"
        return self._object("POST", path, json=body, headers={"If-Match": etag}, once=True)

    def remove(self, kind: str, id_: str, *, etag: str) -> None:
        """Remove a thing of a kind, based on what was seen."""
        self.wire.ask("DELETE", f"/v1/{kind}/{quote(id_, safe='')}", headers={"If-Match": etag})

    def _object(self, method: str, path: str, **how: Any) -> Object:  # noqa: ANN401
        found: Object = self.wire.json(method, path, **how)
        return found


def _given(**values: Any) -> Object:  # noqa: ANN401
    return {name: value for name, value in values.items() if value is not None}


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Object]]:
    """Yield the number and the object of each server-sent event."""
    number, data = "", []
    for line in lines:
        if line.startswith("id:"):
            number = line[3:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].strip())
        elif not line and data:
            yield number, json.loads("\n".join(data))
            data = []
