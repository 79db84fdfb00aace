"""What the commands of the documentation stand on: a person who is signed in, applications in each state, files, leads."""

import datetime as dt
import io
import re
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pyotp
from applying import form, vehicle
from freight import WHY, candidate, freight_day
from jobs_here import work_off
from lead_rows import START, added, row
from serving import MAKER
from uploading import day

from api.accounts.service import create_account
from api.leads.evidence import SCHEMA
from api.settings import Settings
from api.store import enterprises
from api.store.database import Store
from api.store.leads import Track
from truckban.client import Client

PASSWORD = "siebzehn graue reiher"  # noqa: S105  (of the documentation)
TRACES = b"vehicle_id,time,lon,lat\nT0001,2024-05-08T09:00:00+08:00,110.7650,35.14000\n"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_WAY: dict[str, tuple[str, ...]] = {
    "DRAFT": (),
    "SUBMITTED": ("submit",),
    "GRANTED": ("submit", "approve"),
    "SUSPENDED": ("submit", "approve", "suspend"),
}


def _track(lead: Mapping[str, Any]) -> Track:
    """Return the evidence of a lead: a report where its vehicle came in."""
    at = dt.datetime.fromisoformat(lead["entered_at"]).astimezone(dt.UTC)
    fix = {"vehicle_id": lead["vehicle_id"], "time": at, "lon": lead["entry_lon"], "lat": lead["entry_lat"]}
    packed = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([fix], SCHEMA), packed)
    return Track(packed.getvalue(), {"plate": lead["plate"], "vehicle_type": "重型自卸货车"})


class Ground:
    """A service with something in it, and what the variables of commands stand for.

    Args:
        url: where it is.
        settings: its settings.
        store: its store.
        key: makes the API key of a role.
        folder: where commands run.
    """

    def __init__(self, url: str, settings: Settings, store: Store, key: Callable[[str], str], folder: Path) -> None:
        """Lay files and leads out."""
        self.url, self.settings, self.store, self.key, self.folder = url, settings, store, key, folder
        self.kept: dict[str, str] = {}
        self._people, self._plates = count(), count(20000)
        (folder / "tests").symlink_to(Path(__file__).parent.parent)
        (folder / "traces.csv").write_bytes(TRACES)
        (folder / "vehicles.csv").write_bytes(day()["vehicles"])
        (folder / "contract.pdf").write_bytes(PDF)
        (folder / "loads.csv").write_bytes(freight_day()["slips"])
        one = {"vehicle_id": "T0001", "plate": "晋M12345"}
        rows = [row(number, **one, at=START.replace(hour=9 + number)) for number in range(6)]
        added(store, rows, folder, tracks={each["lead_id"]: _track(each) for each in rows})

    def variables(self, command: str, role: str) -> dict[str, str]:
        """Return what the variables of a command stand for, as things are now."""
        wanted = set(re.findall(r"\$\{?([A-Z_0-9]+)", command))
        found = {name: value for name, value in self.kept.items() if name in wanted}
        found |= {name: self._application(_WAY[name]) for name in wanted & set(_WAY)}
        if "-b jar" in command:
            found |= self._signed_in(command)
        if wanted & {"TRACES", "VEHICLES"} and "TRACES" not in self.kept:
            self.kept |= self._uploaded()
        found |= {name: self.kept[name] for name in wanted & {"TRACES", "VEHICLES"}}
        if "PLACE" in wanted and "PLACE" not in self.kept:
            self.kept["PLACE"] = self._place()
        found |= {name: self.kept[name] for name in wanted & {"PLACE"}}
        if "LOADS" in wanted:
            with Client(self.url, self.key("officer")) as client:
                found["LOADS"] = client.upload(self.folder / "loads.csv", kind="loads", why="测试")["id"]
        if "/runs/$RUN/cancel" in command:
            with Client(self.url, self.key("officer")) as client:
                found["RUN"] = client.start_run([self.kept["TRACES"], self.kept["VEHICLES"]], why="测试")["id"]
        if "/events" in command:
            work_off(self.settings, self.store)
        if "SUSPENSION" in wanted:
            asked = {"notice": "linyi-2023-5", "reason": "重污染天气橙色预警"}
            found["SUSPENSION"] = self._asked("reviewer", "POST", "/v1/permits/suspensions", json=asked).json()["id"]
        if role != "anonymous":
            found["TOKEN"] = self.key(role)
        return found

    def etag(self, command: str, role: str, variables: dict[str, str]) -> str:
        """Return the ETag of what a command changes."""
        (path,) = re.findall(r"http://127\.0\.0\.1:8000(/v1/[^ '\"?]*)", command)
        path = re.sub(r"\$([A-Z_0-9]+)", lambda name: variables[name[1]], path)
        thing = "/".join(path.split("/")[:4])
        if path.startswith("/v1/enterprises/"):
            thing = "/v1/enterprises/registry"
        return self._asked("auditor" if role == "anonymous" else role, "GET", thing).headers["etag"]

    def _asked(self, role: str, method: str, path: str, **how: Any) -> httpx.Response:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {self.key(role)}", **how.pop("headers", {})}
        answer = httpx.request(method, self.url + path, headers=headers, timeout=60, **how)
        assert answer.is_success, answer.text
        return answer

    def _application(self, way: tuple[str, ...]) -> str:
        asked = form(vehicles=[vehicle(f"晋M{next(self._plates)}")])
        id_: str = self._asked("driver", "POST", "/v1/permits", json=asked).json()["id"]
        for step in way:
            body = {"reason": "测试"} if step == "suspend" else {}
            role = "driver" if step == "submit" else "reviewer"
            self._asked(role, "POST", f"/v1/permits/{id_}/{step}", json=body, headers={"If-Match": "*"})
        return id_

    def _place(self) -> str:
        """Have a run find a place on no list."""
        found = candidate(1)
        with self.store.write() as session:
            run = enterprises.add_run(session, "visits", account_id="officer-1", options={}, why=WHY, uploads=[])
            enterprises.put_candidates(session, run.id, [found])
        return str(found["id"])

    def _uploaded(self) -> dict[str, str]:
        with Client(self.url, self.key("officer")) as client:
            return {
                kind.upper(): client.upload(self.folder / f"{kind}.csv", kind=kind, why="测试")["id"]
                for kind in ("traces", "vehicles")
            }

    def person(self, login: str | None = None, password: str = PASSWORD) -> str:
        """Make an administrator who can sign in; return the login."""
        login = login or f"wang.{next(self._people)}"
        with self.store.write() as session:
            create_account(session, self.settings, MAKER, login=login, name="王", role="admin", password=password)
        return login

    def _signed_in(self, command: str) -> dict[str, str]:
        """Sign in a person with the password that a command names; return what a browser knows then."""
        said = re.search(r'"(?:old|password)": "([^"]+)"', command)
        password = said[1] if said and "/session" in command else PASSWORD
        login = self.person(password=password)
        asked = {"login": login, "password": password}
        found: dict[str, str] = {}
        with httpx.Client(base_url=self.url) as other, httpx.Client(base_url=self.url) as browser:
            other.post("/v1/session", json=asked)
            found["CSRF"] = browser.post("/v1/session", json=asked).json()["csrf"]
            sessions = browser.get("/v1/sessions").json()["items"]
            found["SESSION"] = next(each["id"] for each in sessions if not each["current"])
            headers = {"X-CSRF-Token": found["CSRF"]}
            if "/session/totp" in command and ("PUT" in command or "/off" in command):
                begun = browser.post("/v1/session/totp", json={"password": password}, headers=headers)
                found["CODE"] = pyotp.TOTP(begun.json()["secret"]).now()
                if "/off" in command:
                    browser.put("/v1/session/totp", json={"code": found["CODE"]}, headers=headers)
            (name, value), *_ = browser.cookies.items()
        line = ("127.0.0.1", "FALSE", "/", "FALSE", "0", name, value)
        (self.folder / "jar").write_text("# Netscape HTTP Cookie File\n" + "\t".join(line) + "\n")
        if "/keys/$KEY" in command:
            headers["Cookie"] = f"{name}={value}"
            made = httpx.post(
                f"{self.url}/v1/keys",
                json={"name": "dispatch", "scopes": ["decide"], "days": 90},
                headers=headers,
            )
            assert made.is_success, made.text
            found["KEY"] = made.json()["id"]
        return found
