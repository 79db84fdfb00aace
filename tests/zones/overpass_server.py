"""A real HTTP server on loopback that answers as Overpass or Nominatim does, or badly, one step of a script a request.

`asked` has Overpass's questions, or Nominatim's query strings.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

OSM_BASE = "2024-05-08T10:00:00Z"
SMALL = """<osm version="0.6">
<node id="1" lon="121.0000000" lat="31.0050000"/><node id="2" lon="121.0100000" lat="31.0050000"/>
<node id="3" lon="121.0100000" lat="31.0000000"/><node id="4" lon="121.0000000" lat="31.0000000"/>
<node id="5" lon="121.0050000" lat="31.0020000"/><node id="6" lon="121.0050000" lat="31.0050000"/>
<way id="101"><nd ref="1"/><nd ref="6"/><nd ref="2"/><tag k="highway" v="secondary"/><tag k="name" v="北路"/></way>
<way id="102"><nd ref="2"/><nd ref="3"/><tag k="highway" v="service"/><tag k="name" v="东路"/></way>
<way id="103"><nd ref="3"/><nd ref="4"/><tag k="highway" v="secondary"/><tag k="name" v="南路"/><tag k="width" v="9"/></way>
<way id="104"><nd ref="4"/><nd ref="1"/><tag k="highway" v="secondary"/><tag k="name" v="西路"/><tag k="old_name" v="老西路"/></way>
<way id="105"><nd ref="6"/><nd ref="5"/><tag k="highway" v="footway"/></way>
<way id="106"><nd ref="4"/><nd ref="5"/><nd ref="3"/><nd ref="4"/><tag k="building" v="yes"/></way>
</osm>"""
SIDES = {"北路": "south", "东路": "west", "南路": "north", "西路": "east"}


def answer_of(xml: str) -> bytes:
    """Return what Overpass answers on data of an OSM XML file: its highways and their nodes, as JSON."""
    root = ET.fromstring(xml)  # noqa: S314 - the tests' own
    ways: list[dict[str, Any]] = []
    for way in root.iter("way"):
        tags = {tag.attrib["k"]: tag.attrib["v"] for tag in way.iter("tag")}
        if "highway" in tags:
            refs = [int(nd.attrib["ref"]) for nd in way.iter("nd")]
            ways.append({"type": "way", "id": int(way.attrib["id"]), "nodes": refs, "tags": tags})
    used = {ref for way in ways for ref in way["nodes"]}
    nodes = [
        {"type": "node", "id": int(n.attrib["id"]), "lat": float(n.attrib["lat"]), "lon": float(n.attrib["lon"])}
        for n in root.iter("node")
        if int(n.attrib["id"]) in used
    ]
    head = {"version": 0.6, "generator": "Overpass API", "osm3s": {"timestamp_osm_base": OSM_BASE}}
    return json.dumps({**head, "elements": [*nodes, *ways]}, ensure_ascii=False).encode()


def answer_of_file(path: Path) -> bytes:
    return answer_of(path.read_text("utf-8"))


@dataclass
class Step:
    """How one request is answered; `length` may lie about the body, `hang` leaves it without an answer."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    hang: bool = False
    drip: bool = False


@dataclass
class Server:
    url: str
    script: list[Step]
    asked: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def _send(handler: BaseHTTPRequestHandler, step: Step, over: threading.Event) -> None:
    handler.send_response(step.status)
    for name, value in step.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(step.body) if step.length is None else step.length))
    handler.end_headers()
    for byte in step.body if step.drip else b"":
        handler.wfile.write(bytes([byte]))
        if over.wait(0.05):
            return
    handler.wfile.write(step.body)


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(parse_qs(form)["data"][0], self.path)

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            self.answer(query, path)

        def answer(self, asked: str, path: str) -> None:
            step = server.script[min(len(server.asked), len(server.script) - 1)]
            server.asked.append(asked)
            server.agents.append(self.headers["User-Agent"])
            server.paths.append(path)
            server.times.append(time.monotonic())
            if step.hang:
                server.over.wait(10)
                return
            _send(self, step, server.over)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # the client has gone
                self.close_connection = True

    return Handler


@contextmanager
def serving(*script: Step) -> Iterator[Server]:
    """Run a server; its last step answers all further requests."""
    server = Server("", list(script))
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    httpd.daemon_threads = True
    server.url = f"http://127.0.0.1:{httpd.server_address[1]}/api"
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        httpd.shutdown()
        httpd.server_close()
        thread.join()
