import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from permits_asked import PLATE, asked, at, granted, network

from truckban.cli.main import run
from truckban.notices.load import builtin_notice
from truckban.permitting.certificate import MOST_CHARACTERS, Certificate, certificates, sign
from truckban.permitting.keys import new_key
from truckban.permitting.qr import qr_svg
from truckban.report.permit_page import html, write_permit_page
from truckban.report.permit_words import WORDS
from zones.errors import InputError

KEY = new_key()
NOTICE = builtin_notice("linyi-2023-5")
AREA = {
    "type": "Polygon",
    "coordinates": [[[110.76, 35.13], [110.78, 35.13], [110.78, 35.15], [110.76, 35.15], [110.76, 35.13]]],
}
PROGRAM = Path(sys.executable).with_name("truckban")


def made(**changes: object) -> Certificate:
    application = asked(**changes)
    return certificates(application, granted(application))[0]


def page(certificate: Certificate, lang: str = "zh") -> str:
    zone = network().rules[0].ground.zone
    return html(certificate, sign(certificate, KEY), zone, notice=NOTICE, lang=lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_says_for_whom_when_and_where_and_asks_the_network_for_nothing(lang: str) -> None:
    text = page(made(), lang)
    for said in (PLATE, "2024-05-08 – 2024-05-31", "09:00–11:00", "五一路、北环路", "临交通〔2024〕12号", "张**"):
        assert said in text
    assert text.count('class="road"') == 2
    bare = text.replace("http://www.w3.org/2000/svg", "")
    assert "http" not in bare.replace('http-equiv="Content-Security-Policy"', "")
    assert "<script" not in text


def test_the_same_permit_gives_the_same_page() -> None:
    assert page(made()) == page(made())


def test_an_area_a_whole_zone_and_a_registration_afterwards_are_seen() -> None:
    assert 'class="granted"' in page(made(route={"area": AREA}))
    assert WORDS["whole_zone"].zh in page(made(route={"whole_zone": True}))
    assert 'id="retroactive"' in page(made(retroactive={"reason": "抢修"}))
    assert 'id="not-drawn"' in page(made(route={"roads": ["不在图上的路"]}))


def test_what_people_wrote_is_never_markup() -> None:
    hostile = "<img src=x onerror=alert(1)>\"'&"
    text = page(made(holder={"kind": "firm", "name": hostile}, route={"roads": [hostile]}))
    assert "<img" not in text
    assert "&lt;img" in text


def test_every_sentence_of_the_page_is_in_both_languages() -> None:
    for key, words in WORDS.items():
        assert words.zh.strip(), key
        assert words.en.strip(), key


def test_a_code_is_one_that_a_reader_reads_back(tmp_path: Path) -> None:
    reader = pytest.importorskip("zxingcpp", reason="no reader of QR codes is installed")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    import segno  # noqa: PLC0415

    for certificate in (
        made(),
        made(route={"area": AREA}),
        made(route={"roads": [f"某某第{n}大街" for n in range(20)]}),
    ):
        text = sign(certificate, KEY)
        segno.make_qr(text, error="m", boost_error=False).save(str(tmp_path / "code.png"), scale=4)
        found = reader.read_barcodes(image.open(tmp_path / "code.png"))
        assert [one.text for one in found] == [text]


def test_the_longest_text_that_is_signed_still_fits_a_code_and_more_is_refused() -> None:
    assert qr_svg("A" * MOST_CHARACTERS).startswith("<svg")
    with pytest.raises(InputError):
        qr_svg("a" * 4000)


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_in_a_browser_the_page_fits_its_code_is_read_and_it_prints_on_one_sheet(
    browser: Any,  # noqa: ANN401
    tmp_path: Path,
    lang: str,
) -> None:
    reader = pytest.importorskip("zxingcpp", reason="no reader of QR codes is installed")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    certificate = made()
    text = sign(certificate, KEY)
    file = tmp_path / "permit.html"
    write_permit_page(file, certificate, text, network().rules[0].ground.zone, notice=NOTICE, lang=lang)
    opened = browser.new_context(offline=True, viewport={"width": 360, "height": 900}, device_scale_factor=2)
    sheet = opened.new_page()
    said: list[str] = []
    asked_for: list[str] = []
    sheet.on("console", lambda message: said.append(message.text))
    sheet.on("request", lambda request: asked_for.append(request.url))
    sheet.goto(file.as_uri())
    for width in (360, 1000):
        sheet.set_viewport_size({"width": width, "height": 900})
        assert sheet.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
        sheet.screenshot(path=str(tmp_path / "page.png"), full_page=True)
        assert [one.text for one in reader.read_barcodes(image.open(tmp_path / "page.png"))] == [text], width
    assert (said, asked_for) == ([], [file.as_uri()])
    sheet.pdf(path=str(tmp_path / "page.pdf"), prefer_css_page_size=True, print_background=True)
    count = (tmp_path / "page.pdf").read_bytes().count(b"/Type /Page\n") or _pages(tmp_path / "page.pdf")
    assert count == 1
    opened.close()


def _pages(pdf: Path) -> int:
    info = shutil.which("pdfinfo")
    if info is None:
        pytest.skip("nothing here counts the pages of a PDF")
    said = subprocess.run([info, pdf], capture_output=True, text=True, check=True).stdout
    return int(said.split("Pages:")[1].split()[0])


Command = Callable[..., str]


@pytest.fixture
def truckban(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return what runs a command in this process, and answers what it wrote: its errors where there were some."""

    def call(*arguments: str | Path, stdin: str = "", status: int = 0) -> str:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        assert run([*map(str, arguments)]) == status
        written = capsys.readouterr()
        return written.out if status in (0, 1) else written.err

    return call


def by_process(*arguments: str | Path, stdin: str) -> str:
    """Run a command as people do."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_by_commands_a_permit_is_signed_checked_shown_and_taken_back(truckban: Command, tmp_path: Path) -> None:
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    name = truckban("permit", "key", private, public).strip()
    line = json.dumps(made().as_json(), ensure_ascii=False)
    text = by_process("permit", "issue", "-", "--key", private, "--qr", tmp_path / "qr", stdin=line).strip()
    assert text.split(".")[1] == name
    assert (tmp_path / "qr" / "001.svg").read_text("utf-8").startswith("<svg")
    hour = ("--at", "2024-05-08T10:00:00+08:00")
    good = json.loads(truckban("permit", "verify", text, "--key", public, *hour, "--plate", PLATE, "--road", "五一路"))
    assert (good["word"], good["reasons"]) == ("valid_now", [])
    off = json.loads(
        truckban("permit", "verify", "-", "--key", public, *hour, "--road", "峨眉大道", stdin=text, status=1)
    )
    assert [reason["code"] for reason in off["reasons"]] == ["permit.off_route"]
    rows = json.dumps([{"permit_no": made().permit_no, "status": "revoked", "since": "2024-05-08T09:00:00+08:00"}])
    listed = tmp_path / "revoked.txt"
    listed.write_text(truckban("permit", "revoke", "-", "--key", private, *hour, stdin=rows), "utf-8")
    gone = json.loads(truckban("permit", "verify", text, "--key", public, *hour, "--revoked", listed, status=1))
    assert [reason["code"] for reason in gone["reasons"]] == ["certificate.revoked"]
    shown = truckban(
        "--lang",
        "en",
        "permit",
        "show",
        text,
        "--key",
        public,
        *hour,
        "--html",
        tmp_path / "p.html",
        "--qr",
        tmp_path / "q.svg",
    )
    assert "genuine, and valid now" in shown
    assert PLATE in (tmp_path / "p.html").read_text("utf-8")
    assert (tmp_path / "q.svg").exists()


def test_by_commands_what_is_wrong_is_said_in_a_sentence(truckban: Command, tmp_path: Path) -> None:
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    truckban("permit", "key", private, public)
    assert truckban("permit", "issue", "-", "--key", private, stdin="\n{}\n", status=1) == ""
    twice = json.dumps(made().as_json()).removesuffix("}") + ', "permit_no": "X"}'
    assert truckban("permit", "issue", "-", "--key", private, stdin=twice, status=1) == ""
    assert "覆盖" in truckban("--lang", "zh", "permit", "key", private, public, status=3)
    assert json.loads(truckban("permit", "verify", "TB1.x.y.z", "--key", public, status=1))["word"] == "not_valid"
    truckban("permit", "verify", tmp_path / "none.txt", "--key", public, status=3)
    truckban("permit", "verify", "TB1.x", "--key", public, "--place", "a,b", status=3)
    truckban("permit", "verify", "TB1.x", "--key", public, "--at", "gestern", status=3)
    truckban("permit", "verify", "TB1.x", status=2)


def test_a_second_key_is_added_to_the_public_ones(truckban: Command, tmp_path: Path) -> None:
    public = tmp_path / "public.pem"
    for name in ("a.pem", "b.pem"):
        truckban("permit", "key", tmp_path / name, public)
    line = json.dumps(made().as_json(), ensure_ascii=False)
    for name in ("a.pem", "b.pem"):
        text = truckban("permit", "issue", "-", "--key", tmp_path / name, stdin=line).strip()
        truckban("permit", "verify", text, "--key", public, "--at", at("05-08 10:00").isoformat())
