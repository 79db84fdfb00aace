"""`permit show --html` of a notice with several zones: all that are given are drawn, and those that are not are named."""

from dataclasses import replace
from pathlib import Path

import pytest
from permits_asked import asked, granted
from two_rings import ZONES, written

from truckban.cli.main import run
from truckban.permitting.certificate import certificates, sign
from truckban.permitting.keys import new_key, save_public

Capture = pytest.CaptureFixture[str]
KEY = new_key()


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = written(tmp_path_factory.mktemp("county"))
    save_public([KEY.public_key()], folder / "public.pem")
    return folder


def shown(county: Path, out: Path, *more: str, notice: str = "jia-2024-1") -> int:
    """Show a permit of a notice on a page; return the exit status."""
    application = asked(route={"whole_zone": True})
    one = replace(certificates(application, granted(application))[0], notice=notice)
    hour = ["--at", "2024-05-08T10:00:00+08:00", "--key", str(county / "public.pem")]
    return run(["--lang", "en", "permit", "show", sign(one, KEY), *hour, "--html", str(out), *more])


def zones(county: Path, *names: str) -> list[str]:
    return [word for name in names for word in ("--zone", str(county / f"{name}.geojson"))]


def test_every_zone_is_drawn_whatever_their_order(county: Path, tmp_path: Path) -> None:
    law = ["--notice", str(county / "law" / "jia.yaml")]
    drawn = {}
    for names in (ZONES, ZONES[:1], ZONES[1:2], ZONES[:2]):
        assert shown(county, tmp_path / "p.html", *law, *zones(county, *names)) == 0
        drawn[names] = (tmp_path / "p.html").read_text("utf-8").count('class="area"')
    assert drawn == {ZONES: 3, ZONES[:1]: 1, ZONES[1:2]: 1, ZONES[:2]: 2}


def test_a_zone_that_is_not_drawn_is_named(county: Path, tmp_path: Path, capsys: Capture) -> None:
    law = ["--notice", str(county / "law" / "jia.yaml")]
    assert shown(county, tmp_path / "p.html", *law, *zones(county, "town")) == 0
    assert "does not draw these zones of the notice: core, listed" in capsys.readouterr().err
    assert shown(county, tmp_path / "p.html", *law, *zones(county, *ZONES)) == 0
    assert "does not draw" not in capsys.readouterr().err


def test_what_does_not_go_together_is_refused_with_its_option(county: Path, tmp_path: Path, capsys: Capture) -> None:
    law = ["--notice", str(county / "law" / "jia.yaml")]
    out = tmp_path / "p.html"
    assert shown(county, out, *law, *zones(county, "town", "town")) == 3
    assert "--zone: zone town has two files" in capsys.readouterr().err
    assert shown(county, out, *law, *zones(county, "town"), notice="linyi-2023-5") == 3
    assert "--notice: the permit is of notice linyi-2023-5, not of jia-2024-1" in capsys.readouterr().err
    assert shown(county, out, *law) == 3
    assert "--zone" in capsys.readouterr().err
    assert not out.exists()
