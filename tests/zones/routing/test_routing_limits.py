"""What OSM's tags say to a truck: the particular before the general, figures against limits, and no way guessed open."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zones.osm_tags import TRUCK_TAGS
from zones.routing.limits import Truck, Use, closed_between, use_of, use_of_turn

HEAVY = Truck(gross_mass_kg=25000, axle_load_kg=11500, height_m=3.9, length_m=11.5, width_m=2.55)
SMALL = Truck(gross_mass_kg=3500, axle_load_kg=2000, height_m=2.5, length_m=5.9, width_m=2)
UNKNOWN = Truck()
ZONE = ZoneInfo("Asia/Shanghai")
WEDNESDAY = datetime(2024, 5, 8, tzinfo=ZONE)


def use(truck: Truck = HEAVY, /, *, forward: bool = True, **tags: str) -> Use:
    """Return the use of a street; `hgv__conditional` is the tag `hgv:conditional`."""
    return use_of([(tag.replace("__", ":"), value) for tag, value in tags.items()], truck, forward=forward)


def open_at(found: Use, hour: float) -> bool:
    """Tell whether a street is open at an hour of the Wednesday, also as a way through."""
    when = WEDNESDAY + timedelta(hours=hour)
    times = (*found.closed_when, *found.destination_when)
    shut = any(closed_between(one, when, when + timedelta(minutes=1), "Asia/Shanghai") for one in times)
    return found.verdict == "yes" and not shut


def test_a_street_without_tags_is_open() -> None:
    assert use() == use(UNKNOWN) == Use("yes")


@pytest.mark.parametrize(
    ("tags", "verdict"),
    [
        ({"access": "no"}, "no"),
        ({"access": "no", "vehicle": "yes"}, "yes"),
        ({"access": "no", "motor_vehicle": "destination"}, "destination"),
        ({"vehicle": "no", "hgv": "designated"}, "yes"),
        ({"hgv": "no", "access": "yes", "motor_vehicle": "yes"}, "no"),
        ({"motor_vehicle": "no", "access": "yes"}, "no"),
        ({"motor_vehicle:conditional": "no @ (00:00-24:00)", "hgv": "yes"}, "yes"),
        ({"motor_vehicle": "private"}, "unknown"),
        ({"hgv": "delivery"}, "destination"),
        ({"hgv": "customers"}, "destination"),
        ({"hgv": "discouraged"}, "yes"),
        ({"hgv": "use_sidepath"}, "no"),
        ({"hgv": "permissive"}, "yes"),
        ({"access": "agricultural;forestry"}, "no"),
        ({"access": "agricultural;yes"}, "unknown"),
        ({"hgv": "nein"}, "unknown"),
        ({"hgv": "unknown"}, "unknown"),
        ({"hgv": ";"}, "unknown"),
        ({"hgv": "NO"}, "no"),
        ({"goods": "no"}, "yes"),
    ],
)
def test_the_particular_counts_before_the_general(tags: dict[str, str], verdict: str) -> None:
    assert use_of(tags.items(), HEAVY, forward=True).verdict == verdict


def test_every_value_but_a_plain_yes_is_told_in_two_languages() -> None:
    for value in ("no", "destination", "private", "discouraged", "nein", "use_sidepath"):
        [text] = use(hgv=value).why
        assert text.en.startswith(f"hgv={value}: ")
        assert text.zh.startswith(f"hgv={value}：")
    assert use(hgv="yes").why == ()


def test_what_binds_one_direction_binds_no_other() -> None:
    assert use(hgv__forward="no").verdict == "no"
    assert use(forward=False, hgv__forward="no").verdict == "yes"
    assert use(forward=False, hgv="no", hgv__backward="yes").verdict == "yes"
    assert use(hgv="no", hgv__backward="yes").verdict == "no"
    assert use(hgv__forward__conditional="no @ (06:00-22:00)").closed_when == ("06:00-22:00",)
    assert use(forward=False, hgv__forward__conditional="no @ (06:00-22:00)") == Use("yes")
    assert use(maxheight="5", maxheight__backward="3.5").verdict == "yes"
    assert use(forward=False, maxheight="5", maxheight__backward="3.5").verdict == "no"


def test_small_trucks_are_goods_and_a_sign_against_trucks_may_mean_them() -> None:
    assert use(SMALL, goods="no").verdict == "no"
    assert use(SMALL, goods="yes", hgv="no").verdict == "yes"
    assert use(SMALL, hgv="no").verdict == "unknown"
    assert "hgv" in use(SMALL, hgv="no").why[-1].zh
    assert use(SMALL, hgv="yes").verdict == "yes"
    assert use(SMALL, access="no", hgv="no").verdict == "no"
    assert use(Truck(gross_mass_kg=3500.5), goods="no", hgv="yes").verdict == "yes"


def test_a_truck_of_unknown_mass_must_say_it_only_where_it_matters() -> None:
    assert use(UNKNOWN, hgv="no").verdict == "no"
    assert use(UNKNOWN, goods="no", hgv="no").verdict == "no"
    found = use(UNKNOWN, goods="no")
    assert (found.verdict, found.missing) == ("unknown", ("gross_mass_kg",))


@pytest.mark.parametrize(
    ("tag", "equal", "more", "figure"),
    [
        ("maxweight", "25", "24.999", "gross_mass_kg"),
        ("maxweightrating", "25000 kg", "24999 kg", "gross_mass_kg"),
        ("maxweight:hgv", "25", "24.9", "gross_mass_kg"),
        ("maxaxleload", "11.5", "11.4", "axle_load_kg"),
        ("maxheight", "3.9", "12'9\"", "height_m"),
        ("maxheight:physical", "3.9 m", "3.89 m", "height_m"),
        ("maxlength", "11.5", "11.49", "length_m"),
        ("maxlength:hgv", "11.5", "10", "length_m"),
        ("maxwidth", "2.55", "2.5", "width_m"),
        ("maxwidth:physical", "255 cm", "254 cm", "width_m"),
    ],
)
def test_a_limit_is_kept_by_what_equals_it(tag: str, equal: str, more: str, figure: str) -> None:
    assert use_of([(tag, equal)], HEAVY, forward=True) == Use("yes")
    over = use_of([(tag, more)], HEAVY, forward=True)
    assert (over.verdict, over.missing) == ("no", ())
    assert over.why[0].en.startswith(f"{tag}={more}: the limit is ")
    unknown = use_of([(tag, equal)], UNKNOWN, forward=True)
    assert (unknown.verdict, unknown.missing) == ("unknown", (figure,))


def test_the_sentence_on_a_limit_names_the_tag_the_limit_and_the_truck() -> None:
    [text] = use(maxweight="10").why
    assert text.en == "maxweight=10: the limit is 10000 kg, this truck's gross mass is 25000 kg"
    assert text.zh == "maxweight=10：限 10000 kg，本车总质量 25000 kg"


@pytest.mark.parametrize("value", ["default", "none", "unsigned"])
def test_a_height_without_a_sign_binds_no_truck(value: str) -> None:
    assert use(UNKNOWN, maxheight=value) == Use("yes")


@pytest.mark.parametrize("value", ["below_default", "3,5", "low", "3.5;4", ""])
def test_a_limit_that_cannot_be_read_is_unknown_and_no_figure_settles_it(value: str) -> None:
    found = use(maxheight=value)
    assert (found.verdict, found.missing) == ("unknown", ())
    assert found.why


def test_a_street_that_is_closed_lacks_no_figure() -> None:
    assert use(UNKNOWN, hgv="no", maxweight="10", maxheight="4").missing == ()
    assert use(Truck(height_m=4.5), maxweight="10", maxheight="4").missing == ()


def test_the_height_of_the_sign_and_of_the_bridge_both_bind() -> None:
    assert use(maxheight="4.5", maxheight__physical="3.5").verdict == "no"
    assert use(maxheight="3.5", maxheight__physical="4.5").verdict == "no"


def test_times_close_and_open() -> None:
    assert use(hgv__conditional="no @ (06:00-22:00)").closed_when == ("06:00-22:00",)
    night = use(hgv="no", hgv__conditional="yes @ (22:00-06:00)")
    assert [open_at(night, hour) for hour in (0, 5.9, 6, 12, 21.9, 22)] == [True, True, False, False, False, True]
    noon = use(hgv__conditional="no @ (06:00-22:00); yes @ (12:00-14:00)")
    assert [open_at(noon, hour) for hour in (5, 6, 12, 13.9, 14, 22)] == [True, False, True, True, False, True]


def test_two_closings_both_close() -> None:
    found = use(hgv__conditional="no @ (07:00-09:00); no @ (17:00-19:00)")
    assert [open_at(found, hour) for hour in (6, 8, 12, 18, 20)] == [True, False, True, False, True]
    together = use(hgv__conditional="no @ (07:00-09:00)", maxweight__conditional="10 @ (11:00-13:00)")
    assert [open_at(together, hour) for hour in (8, 10, 12)] == [False, True, False]


def test_weight_and_time_close_together() -> None:
    rule = "no @ (Mo-Fr 07:00-09:00 AND weight>=12)"
    assert use(hgv__conditional=rule).closed_when == ("Mo-Fr 07:00-09:00",)
    assert use(Truck(gross_mass_kg=12000), hgv__conditional=rule).closed_when == ("Mo-Fr 07:00-09:00",)
    assert use(Truck(gross_mass_kg=11999), hgv__conditional=rule) == Use("yes")
    unknown = use(UNKNOWN, hgv__conditional=rule)
    assert (unknown.verdict, unknown.missing, unknown.closed_when) == (
        "yes",
        ("gross_mass_kg",),
        ("Mo-Fr 07:00-09:00",),
    )


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("weight>7.5", True), ("weight>25", False), ("weight>=25", True), ("weight<30", True), ("weight<=24.9", False), ("weight > 7500 kg", True),
        ("weightrating>=25", True), ("height>3.8", True), ("height>12'9\"", True), ("length>12", False), ("width>2.5 m", True), ("axleload>11", True),
        ("hgv", True), ("goods", False),
    ],
)  # fmt: skip
def test_conditions_compare_the_trucks_figures(condition: str, holds: bool) -> None:  # noqa: FBT001
    assert use(hgv__conditional=f"no @ ({condition})").verdict == ("no" if holds else "yes")
    assert use(hgv="no", hgv__conditional=f"yes @ ({condition})").verdict == ("yes" if holds else "no")
    if ">" in condition or "<" in condition:
        unknown = use(UNKNOWN, hgv__conditional=f"no @ ({condition})")
        assert unknown.verdict == "unknown"
        assert len(unknown.missing) == 1


@pytest.mark.parametrize(
    "condition", ["wet", "snow", "axles>3", "permit_holder", "weight>heavy", "06.00-22.00", "PH", "?"]
)
def test_a_condition_that_is_not_understood_closes_and_never_opens(condition: str) -> None:
    shut = use(hgv__conditional=f"no @ ({condition})")
    assert (shut.verdict, shut.closed_when) == ("unknown", ())
    assert any("not" in text.en for text in shut.why)
    assert use(hgv="no", hgv__conditional=f"yes @ ({condition})").verdict in ("unknown", "no")
    timed = use(hgv__conditional=f"no @ (06:00-22:00); yes @ ({condition})")
    assert not open_at(timed, 12)


def test_of_conditions_that_apply_the_last_counts() -> None:
    rule = "no @ (weight>7.5); yes @ (weight<30)"
    assert use(hgv__conditional=rule).verdict == "yes"
    assert use(hgv__conditional="yes @ (weight<30); no @ (weight>7.5)").verdict == "no"
    assert use(hgv__conditional="no @ (06:00-22:00); yes @ (weight<30)") == Use(
        "yes", why=use(hgv__conditional="yes @ (weight<30)").why
    )


def test_those_who_have_to_go_there_may() -> None:
    assert use(hgv="no", hgv__conditional="yes @ delivery").verdict == "destination"
    assert use(maxweight="10", maxweight__conditional="none @ destination").verdict == "destination"
    timed = use(hgv__conditional="no @ (06:00-22:00); yes @ destination")
    assert (timed.verdict, timed.closed_when, timed.destination_when) == ("yes", (), ("06:00-22:00",))
    assert use(hgv__conditional="destination @ (06:00-22:00)").destination_when == ("06:00-22:00",)
    morning = use(hgv="no", hgv__conditional="yes @ (delivery AND 06:00-10:00)")
    assert morning.verdict == "destination"
    assert morning.closed_when == ("no @ (24/7); yes @ (06:00-10:00)",)
    assert use(hgv__conditional="no @ destination").verdict == "unknown"


def test_a_limit_at_times_closes_at_times() -> None:
    assert use(maxweight__conditional="7.5 @ (22:00-06:00)").closed_when == ("22:00-06:00",)
    assert use(maxweight__conditional="30 @ (22:00-06:00)") == Use("yes", why=())
    lifted = use(maxweight="7.5", maxweight__conditional="40 @ (22:00-06:00)")
    assert (lifted.verdict, open_at(lifted, 23), open_at(lifted, 12)) == ("yes", True, False)
    unknown = use(UNKNOWN, maxweight__conditional="7.5 @ (22:00-06:00)")
    assert (unknown.closed_when, unknown.missing) == (("22:00-06:00",), ("gross_mass_kg",))


def test_a_turn_rule_is_asked_as_a_street_is() -> None:
    assert use_of_turn(None, HEAVY).verdict == "no"
    assert use_of_turn("no @ (Mo-Fr 07:00-09:00)", HEAVY).closed_when == ("Mo-Fr 07:00-09:00",)
    assert use_of_turn("no @ (weight>30)", HEAVY) == Use("yes")
    assert use_of_turn("no @ (weight>10)", HEAVY).verdict == "no"
    assert use_of_turn("no @ (weight>10)", UNKNOWN).verdict == "unknown"
    lifted = use_of_turn("no @ (24/7); yes @ (22:00-06:00)", HEAVY)
    assert (open_at(lifted, 23), open_at(lifted, 12)) == (True, False)


RANK = {"no": 0, "unknown": 1, "destination": 2, "yes": 3}
words = st.sampled_from(["yes", "no", "destination", "private", "foo", "10", "3.5", "none", "default", ""])
conditions = st.sampled_from(
    ["06:00-22:00", "22:00-06:00", "weight>7.5", "weight<7.5", "delivery", "wet", "Mo-Fr AND weight>=12", "24/7"]
)
values = st.one_of(
    words,
    st.lists(st.tuples(words, conditions), min_size=1, max_size=3).map(
        lambda rows: "; ".join(f"{word} @ ({condition})" for word, condition in rows)
    ),
    st.text(max_size=12),
)
some_tags = st.dictionaries(st.sampled_from(TRUCK_TAGS), values, max_size=5)
figures = st.one_of(st.none(), st.floats(0.5, 50000, allow_nan=False))
trucks = st.builds(
    Truck, gross_mass_kg=figures, axle_load_kg=figures, height_m=figures, length_m=figures, width_m=figures
)


def spoken(tag: str, value: str) -> str:
    return value if "conditional" in tag else value.partition("@")[0].strip()


@given(some_tags, trucks, st.booleans())
def test_no_tags_break_the_reader_and_every_answer_says_why(tags: dict[str, str], truck: Truck, forward: bool) -> None:  # noqa: FBT001
    found = use_of(tags.items(), truck, forward=forward)
    assert found.verdict == "yes" or found.why
    assert not found.missing or all(getattr(truck, name) is None for name in found.missing)
    assert found.verdict != "no" or not (found.closed_when or found.destination_when)
    for expression in (*found.closed_when, *found.destination_when):
        closed_between(expression, WEDNESDAY, WEDNESDAY + timedelta(hours=30), "Asia/Shanghai")


@given(some_tags, trucks, st.integers(0, 47))
def test_a_truck_with_unknown_figures_may_never_more_than_some_truck(
    tags: dict[str, str], truck: Truck, half: int
) -> None:
    """What is open to a truck of which nothing is known is open to every truck above 3.5 t."""
    if truck.gross_mass_kg is not None and truck.gross_mass_kg <= 3500:
        return
    blind = use_of(tags.items(), UNKNOWN, forward=True)
    if open_at(blind, half / 2):
        assert open_at(use_of(tags.items(), truck, forward=True), half / 2)


@given(
    st.dictionaries(
        st.sampled_from(["maxweight", "maxheight", "maxlength", "maxwidth", "maxaxleload"]), words, max_size=3
    ),
    trucks,
    st.floats(1, 3),
)
def test_a_smaller_truck_may_whatever_a_larger_one_may(tags: dict[str, str], truck: Truck, factor: float) -> None:
    def shrunk(value: float | None) -> float | None:
        return None if value is None else value / factor

    names = ("gross_mass_kg", "axle_load_kg", "height_m", "length_m", "width_m")
    smaller = Truck(**{name: shrunk(getattr(truck, name)) for name in names})
    large, small = (use_of(tags.items(), one, forward=True).verdict for one in (truck, smaller))
    assert RANK[small] >= RANK[large]
