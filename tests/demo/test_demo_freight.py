"""Freight trucks of the simulated day: their truth, what they leave alone, and that visits, origins and candidates are found."""

import csv
import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from browsers import chromium

from enterprises.registry_file import builtin_registry
from truckban.cli.main import run
from truckban.demo import freight
from truckban.demo.day import FREIGHT_TABLES, TABLES, Day, make_day
from truckban.demo.score import score

FREIGHT = 36
Capture = pytest.CaptureFixture[str]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def freight_day() -> Day:
    """Return a day of few other trucks, and all kinds of freight."""
    return make_day(trucks=29, freight_trucks=FREIGHT)


@pytest.fixture(scope="module")
def folder(freight_day: Day, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of that day with the results of all commands that read it."""
    out = tmp_path_factory.mktemp("freight")
    freight_day.write(out)
    given = [str(out / "traces.csv"), "--vehicles", str(out / "vehicles.csv"), "--permits", str(out / "permits.csv")]
    sites = ["--sites", "schematic", "--places", str(out / "places.geojson")]
    assert run(["--lang", "en", "enterprise", "visits", *given, *sites, "--out", str(out / "v"), "--plates"]) == 0
    assert run(["--lang", "en", "enterprise", "visits", *given, *sites, "--out", str(out / "masked")]) == 0
    assert run(["--lang", "en", "check", *given, "--sites", "schematic", "--out", str(out / "c")]) == 0
    return out


class TestDay:
    def test_the_other_trucks_are_the_same_with_and_without_freight(self, freight_day: Day) -> None:
        plain = make_day(trucks=29)
        assert (plain.visits_truth, plain.slips) == (None, None)
        for name in ("vehicles", "truth", "scenarios"):
            with_freight, without = getattr(freight_day, name), getattr(plain, name)
            own = with_freight[with_freight["vehicle_id"].isin(plain.vehicles["vehicle_id"])]
            assert own.reset_index(drop=True).equals(without), name
        assert freight_day.permits.equals(plain.permits)
        for one, other in zip(plain.trucks, freight_day.trucks, strict=False):
            assert (one.sent.xy == other.sent.xy).all()

    def test_each_kind_occurs_as_often_as_stated_and_every_truck_is_heavy(self, freight_day: Day) -> None:
        counts = Counter(truck.scenario.name for truck in freight_day.trucks[29:])
        assert counts == {one.name: one.of_200 for one in freight.SCENARIOS}
        assert set(freight_day.vehicles["vehicle_type"][29:].str[:2]) == {"重型"}
        assert freight_day.vehicles["plate"].is_unique

    @pytest.mark.parametrize("count", [1, 3, 7, 15])
    def test_any_number_of_freight_trucks_is_made(self, count: int) -> None:
        made = make_day(trucks=1, freight_trucks=count)
        assert len(made.vehicles) == 1 + count

    def test_every_site_and_every_kind_of_place_is_visited(self, freight_day: Day) -> None:
        registry = builtin_registry(freight.REGISTRY)
        assert set(freight.places()) >= {site.id for site in registry.sites}
        assert freight_day.visits_truth is not None
        assert set(freight_day.visits_truth["kind"]) == {"site", "unlisted", "restaurant", "parking"}
        assert set(freight_day.visits_truth["enterprise"].dropna()) == set(registry.enterprises)

    def test_the_same_arguments_give_the_same_bytes(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            make_day(trucks=2, freight_trucks=8).write(tmp_path / name)
        for name in (*TABLES, *FREIGHT_TABLES):
            assert (tmp_path / "one" / f"{name}.csv").read_bytes() == (tmp_path / "two" / f"{name}.csv").read_bytes()


class TestFound:
    def test_exactly_the_true_visits_are_found(self, freight_day: Day, folder: Path) -> None:
        assert freight_day.visits_truth is not None
        true = freight_day.visits_truth[freight_day.visits_truth["kind"] == "site"]
        wanted = Counter(zip(true["vehicle_id"], true["enterprise"], strict=True))
        visits = rows_of(folder / "v" / "visits.csv")
        assert Counter((row["vehicle_id"], row["enterprise"]) for row in visits) == wanted
        assert min(float(row["margin_m"]) for row in visits) > 30
        assert {row["certainty"] for row in visits} == {"inside"}
        assert {row["listed_on_day"] for row in visits} == {"true"}

    def test_the_loading_place_on_no_list_is_found_first_and_the_restaurant_looks_the_same(self, folder: Path) -> None:
        found = [(float(row["lon"]), float(row["lat"])) for row in rows_of(folder / "v" / "unlisted.csv")]
        for place, (lon, lat) in zip(freight.OTHERS[:2], found, strict=True):
            assert abs(lon - place.lon) < 0.0003
            assert abs(lat - place.lat) < 0.0003

    def test_no_table_is_empty_but_that_of_enterprises_on_no_list(self, folder: Path) -> None:
        for name in ("visits", "leads_by_origin", "enterprises", "vehicles_at_many", "unlisted"):
            assert rows_of(folder / "v" / f"{name}.csv"), name
        assert rows_of(folder / "v" / "not_listed.csv") == []
        origins = [row for row in rows_of(folder / "v" / "leads_by_origin.csv") if row["enterprise"]]
        assert {row["enterprise"] for row in origins} == {"schematic-1-1", "schematic-1-4"}
        rates = {row["enterprise"]: row["rate"] for row in rows_of(folder / "v" / "enterprises.csv")}
        assert (rates["schematic-1-1"], rates["schematic-1-2"]) == ("1.0", "0.0")

    def test_all_unlawful_passages_are_found_and_nobody_is_accused(self, freight_day: Day, folder: Path) -> None:
        found = score(pd.read_csv(folder / "c" / "leads.csv"), freight_day.truth, freight_day.vehicles)
        assert (found.found, found.missed, found.accused, found.unmatched) == (found.unlawful, (), (), ())
        assert found.unlawful > FREIGHT


class TestLoadsBesideVisits:
    def call(self, folder: Path, out: str, *more: str, visits: str = "v") -> int:
        slips, given = str(folder / "slips.csv"), str(folder / visits)
        return run(
            ["--lang", "en", "enterprise", "loads", slips, "--registry", "schematic", "--out", str(folder / out),
             "--visits", given, *more]
        )  # fmt: skip

    def test_every_record_and_every_visit_is_counted_once(
        self, freight_day: Day, folder: Path, capsys: Capture
    ) -> None:
        assert self.call(folder, "l") == 0
        shown = capsys.readouterr().out
        run_ = json.loads((folder / "l" / "run.json").read_text("utf-8"))["visits"]
        records, visits = run_["records"], run_["visits"]
        assert freight_day.slips is not None
        assert records["all"] == len(freight_day.slips)
        assert records["all"] == records["paired"] + records["more"] + records["alone"] + records["nowhere"]
        assert visits["all"] == visits["paired"] + visits["alone"] + visits["not_asked"] + visits["nowhere"]
        assert sum(records["why"].values()) == records["alone"] > 0
        assert sum(visits["why"].values()) == visits["alone"] > 0
        alone = rows_of(folder / "l" / "records_without_visit.csv")
        unweighed = rows_of(folder / "l" / "visits_without_record.csv")
        assert (len(alone), len(unweighed)) == (records["alone"], visits["alone"])
        assert f"{records['alone']} records without a visit" in shown
        assert f"{visits['alone']} visits without a record" in shown
        # a record of another enterprise leaves its own visit without one
        assert {row["plate"] for row in alone} <= {row["plate"] for row in unweighed}

    def test_plates_are_masked_unless_asked_for(self, folder: Path) -> None:
        for out, more, masked in (("l1", (), True), ("l2", ("--plates",), False)):
            assert self.call(folder, out, *more) == 0
            for name in ("records_without_visit", "visits_without_record"):
                assert {"*" in row["plate"] for row in rows_of(folder / out / f"{name}.csv")} == {masked}

    def test_masked_visits_cannot_be_compared_and_it_says_what_to_do(self, folder: Path, capsys: Capture) -> None:
        assert self.call(folder, "l3", visits="masked") == 3
        assert "visits.csv:2: plate: the plates are masked" in capsys.readouterr().err
        assert not (folder / "l3").exists()

    def test_another_run_without_visits_leaves_no_old_answer(self, folder: Path) -> None:
        assert self.call(folder, "l4") == 0
        slips = str(folder / "slips.csv")
        assert run(["enterprise", "loads", slips, "--registry", "schematic", "--out", str(folder / "l4")]) == 0
        assert not (folder / "l4" / "visits_without_record.csv").exists()
        assert "visits" not in json.loads((folder / "l4" / "run.json").read_text("utf-8"))

    def test_visits_of_another_registry_are_refused(self, folder: Path, capsys: Capture) -> None:
        slips = str(folder / "slips.csv")
        assert run(["--lang", "en", "enterprise", "loads", slips, "--out", "x", "--visits", str(folder / "v")]) == 3
        assert "the registry has no enterprise schematic-1-" in capsys.readouterr().err


class TestPage:
    def test_the_page_names_enterprises_in_words_and_masks_every_plate(self, freight_day: Day, folder: Path) -> None:
        page = (folder / "masked" / "report.html").read_text("utf-8")
        assert not [plate for plate in freight_day.vehicles["plate"] if plate in page]
        assert "schematic-1-" not in page
        assert page.count('class="other"') == len(freight.known_places()["features"])
        assert page.count('class="site"') == 6
        assert page.count('class="spot"') == 2
        assert "示意丙水泥有限公司 × 1" in page
        assert "+08:00" not in page

    @pytest.mark.parametrize("width", [360, 1400])
    def test_nothing_runs_over_the_edge_of_a_phone_or_a_desk(self, folder: Path, width: int) -> None:
        with chromium("--no-sandbox") as browser:
            page = browser.new_page(viewport={"width": width, "height": 800})
            page.goto((folder / "masked" / "report.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") == width
            # the numbers on the map stay big enough to be read
            assert page.evaluate("document.querySelector('.sheet text').getBoundingClientRect().height") > 9
