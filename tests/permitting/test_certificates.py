import base64
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from permits_asked import HEAVY, LIGHT, OTHER_PLATE, PLATE, asked, at, granted

from truckban.permitting.certificate import (
    MOST_CHARACTERS,
    Certificate,
    certificates,
    hash_of_area,
    read_certificate,
    sign,
)
from truckban.permitting.checking import verify
from truckban.permitting.granted import area_of
from truckban.permitting.keys import key_id, load_private, load_public, new_key, save_private, save_public
from truckban.permitting.model import Route
from truckban.permitting.revocations import Revocations, Revoked, read_entries, read_revocations, sign_revocations
from truckban.permitting.small_area import small
from zones.errors import InputError

KEY = new_key()
PUBLIC = [KEY.public_key()]
NOW = at("05-08 10:00")


def made(**changes: Any) -> Certificate:  # noqa: ANN401
    application = asked(**changes)
    return certificates(application, granted(application))[0]


TEXT = sign(made(), KEY)


def codes(**asked_: Any) -> set[str]:  # noqa: ANN401
    call: dict[str, Any] = {"text": TEXT, "keys": PUBLIC, "at": NOW, **asked_}
    found = verify(call.pop("text"), call.pop("keys"), call.pop("at"), **call)
    return {code for code, _ in found.reasons}


def test_a_genuine_permit_is_valid_at_its_hours_for_its_truck_on_its_roads() -> None:
    found = verify(TEXT, PUBLIC, NOW, plate=PLATE, road="五一路")
    assert found.valid
    assert found.certificate == made()
    assert {code for code, _ in found.notes} == {"certificate.revocations_unseen"}
    assert found.key == key_id(KEY.public_key())
    json.dumps(found.as_json())


def test_what_was_not_asked_is_left_for_the_officer_to_compare() -> None:
    notes = {code for code, _ in verify(TEXT, PUBLIC, NOW).notes}
    assert notes == {"certificate.compare_plate", "certificate.compare_road", "certificate.revocations_unseen"}


def test_it_says_other_plate_off_time_off_route_and_expired_as_decide_does() -> None:
    assert codes(plate=OTHER_PLATE) == {"permit.other_plate"}
    assert codes(at=at("05-08 11:00")) == {"permit.off_time"}
    assert codes(at=at("05-08 10:59")) == set()
    assert codes(road="峨嵋大道") == {"permit.off_route"}
    assert codes(at=at("06-01 10:00")) == {"permit.expired"}  # it is ten o'clock, which its hours hold
    assert codes(at=at("05-07 10:00")) == {"permit.not_active"}
    assert codes(at=at("06-01 02:59")) == set()
    assert codes(at=at("06-01 03:00")) != set()


def test_a_road_in_another_spelling_is_the_same_road() -> None:
    own = sign(made(route={"roads": ["峨嵋大道"]}), KEY)
    spelt = {"峨眉大道": "峨嵋大道"}
    assert codes(text=own, road="峨眉大道") == {"permit.off_route"}
    assert codes(text=own, road="峨眉大道", road_name=lambda road: spelt.get(road, road)) == set()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(TEXT) - 1), st.characters(min_codepoint=33, max_codepoint=126))
def test_no_character_can_be_changed(place: int, character: str) -> None:
    forged = TEXT[:place] + character + TEXT[place + 1 :]
    if forged != TEXT:
        found = verify(forged, PUBLIC, NOW)
        assert found.word == "not_valid"
        assert found.certificate is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_an_answer_and_never_an_error(text: str) -> None:
    assert verify(text, PUBLIC, NOW).word == "not_valid"
    assert verify(f"TB1.{text}", PUBLIC, NOW).word == "not_valid"


def test_another_key_proves_nothing_and_a_ring_of_keys_bridges_a_change() -> None:
    new = new_key()
    assert codes(keys=[new.public_key()]) == {"certificate.unknown_key"}
    assert codes(keys=[new.public_key(), *PUBLIC]) == set()
    assert codes(keys=[]) == {"certificate.unknown_key"}


def test_a_key_that_claims_anothers_name_is_found_out() -> None:
    parts = sign(made(), new_key()).split(".")
    forged = ".".join([parts[0], key_id(PUBLIC[0]), *parts[2:]])
    assert codes(text=forged) == {"certificate.wrong_signature"}


def test_a_list_of_revoked_permits_is_no_permit_and_a_permit_no_list() -> None:
    listed = sign_revocations(Revocations.of(NOW, []), KEY)
    assert codes(text=listed) == {"certificate.unreadable"}
    with pytest.raises(InputError):
        read_revocations(TEXT, PUBLIC)


def test_signed_text_that_is_no_permit_is_told_and_not_believed() -> None:
    from truckban.permitting.sealing import sealed  # noqa: PLC0415

    whole = {
        "v": 1, "n": "n", "p": PLATE, "h": "h", "f": "2024-05-01", "t": "2024-05-31", "l": "l", "b": "b", "i": 0, "w": [], "r": []
    }  # fmt: skip
    assert verify(sealed("TB1", whole, KEY), PUBLIC, NOW).word == "valid_now"
    wrong = (
        {"z": "Mars/Base"},
        {"w": ["x"]},
        {"w": 3},
        {"r": [5]},
        {"f": "x"},
        {"i": "x"},
        {"i": 1e300},
        {"a": [[[1, 2]]]},
        {"p": 5},
        {"h": None},
    )
    for payload in ({}, {"v": 1}, {"v": 2}, {"v": 1, "n": 3, "p": None}, *({**whole, **one} for one in wrong)):
        found = verify(sealed("TB1", payload, KEY), PUBLIC, NOW)
        assert found.word == "not_valid"
        assert found.certificate is None


def test_json_in_another_spelling_is_refused_even_when_signed() -> None:
    text = base64.urlsafe_b64encode(b'{"v": 1}').rstrip(b"=").decode()
    head = f"TB1.{key_id(PUBLIC[0])}.{text}"
    seal = base64.urlsafe_b64encode(KEY.sign(head.encode())).rstrip(b"=").decode()
    assert codes(text=f"{head}.{seal}") == {"certificate.unreadable"}


def test_a_web_address_may_carry_it_behind_a_hash() -> None:
    assert codes(text=f"https://permits.example/v#{TEXT}") == set()


def test_a_revoked_permit_is_seen_by_the_signed_list_alone_and_from_its_instant_on() -> None:
    number = made().permit_no
    gone = Revocations.of(NOW, [Revoked(number, "revoked", at("05-08 09:00"))])
    listed = read_revocations(sign_revocations(gone, KEY), PUBLIC)
    assert listed == gone
    assert codes(revoked=listed) == {"certificate.revoked"}
    assert "certificate.revoked" not in codes(revoked=listed, at=at("05-08 08:59"))
    assert codes(revoked=Revocations.of(NOW, [Revoked("another", "revoked", NOW)])) == set()
    late = verify(TEXT, PUBLIC, at("05-10 10:00"), revoked=Revocations.of(NOW, []))
    assert {"certificate.revocations_as_of", "certificate.revocations_old"} <= {code for code, _ in late.notes}


def test_of_a_permit_listed_twice_the_graver_counts() -> None:
    both = [Revoked("n", "suspended", at("05-01 00:00")), Revoked("n", "revoked", at("05-02 00:00"))]
    assert Revocations.of(NOW, both).permits["n"].status == "revoked"


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ({}, None),
        ([{}], "[0].permit_no"),
        ([{"permit_no": "n", "status": "lost"}], "[0].status"),
        ([{"permit_no": "n"}], "[0].since.at"),
    ],
)
def test_a_list_that_cannot_be_is_refused(rows: Any, field: str | None) -> None:  # noqa: ANN401
    with pytest.raises(InputError) as caught:
        read_entries(rows)
    assert caught.value.field == field


def test_each_truck_carries_its_own_and_a_persons_name_is_not_given_away() -> None:
    application = asked(vehicles=[HEAVY, LIGHT])
    both = certificates(application, granted(application))
    assert [one.plate for one in both] == [PLATE, OTHER_PLATE]
    assert both[0].holder == "张**"
    firm = asked(holder={"kind": "firm", "name": "某某运输有限公司"})
    assert certificates(firm, granted(firm))[0].holder == "某某运输有限公司"


def test_a_certificate_written_as_json_reads_back_the_same() -> None:
    area = {"type": "Polygon", "coordinates": [[[110.76, 35.13], [110.78, 35.13], [110.78, 35.15], [110.76, 35.13]]]}
    for one in (made(), made(route={"area": area}), made(route={"whole_zone": True}, retroactive={"reason": "抢修"})):
        assert read_certificate(one.as_json()) == one
        assert verify(sign(one, KEY), PUBLIC, NOW).certificate == one


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"plate": "12345"}, "plate"),
        ({"permit_no": "<script>"}, "permit_no"),
        ({"valid_to": "2024-05-01"}, "valid_to"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"issued_at": "2024-05-06"}, "issued_at"),
        ({"retroactive": "yes please"}, "retroactive"),
        ({"windows": ["25:00-26:00"]}, "windows[0]"),
        ({"more": 1}, "more"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused_by_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        read_certificate({**made().as_json(), **changes})
    assert caught.value.field == field


def test_a_plates_colour_given_as_a_number_is_signed_by_its_name() -> None:
    own = made(vehicles=[{**HEAVY, "plate_color": 2}])
    assert own.plate_color == "yellow"
    assert verify(sign(own, KEY), PUBLIC, NOW).certificate == own


def test_a_permit_registered_afterwards_shows_it() -> None:
    own = sign(made(retroactive={"reason": "抢修"}), KEY)
    assert "certificate.retroactive" in {code for code, _ in verify(own, PUBLIC, NOW).notes}


AREA = {
    "type": "Polygon",
    "coordinates": [[[110.76, 35.13], [110.78, 35.13], [110.78, 35.15], [110.76, 35.15], [110.76, 35.13]]],
}


def test_an_area_is_checked_offline_but_near_its_border_nobody_says() -> None:
    own = sign(made(route={"area": AREA}), KEY)
    assert codes(text=own, position=(110.77, 35.14)) == set()
    assert codes(text=own, position=(110.75, 35.14)) == {"permit.off_route"}
    border = verify(own, PUBLIC, NOW, position=(110.76001, 35.14))
    assert "certificate.compare_area" in {code for code, _ in border.notes}
    assert made(route={"area": AREA}).area_sha256 == hash_of_area(AREA)


def test_a_winding_area_is_drawn_with_few_corners_to_within_what_it_says() -> None:
    line = {"type": "LineString", "coordinates": [[110.76 + n / 800, 35.13 + (n % 3) / 500] for n in range(12)]}
    drawn = area_of(Route(line=line))
    assert drawn is not None
    found = small(drawn)
    assert found.area is not None
    assert found.off_m <= 22
    own = sign(made(route={"line": line}), KEY)
    assert len(own) <= MOST_CHARACTERS
    assert codes(text=own, position=tuple(line["coordinates"][5])) == set()


def test_an_area_beyond_all_measure_goes_by_its_hash() -> None:
    comb = [[110.70, 35.10]]
    for n in range(200):
        comb += [
            [110.70 + n / 1000, 35.20],
            [110.7005 + n / 1000, 35.20],
            [110.7005 + n / 1000, 35.11],
            [110.701 + n / 1000, 35.11],
        ]
    comb += [[110.901, 35.10], [110.70, 35.10]]
    own = made(route={"area": {"type": "Polygon", "coordinates": [comb]}})
    assert own.area is None
    assert own.area_sha256 is not None
    assert not own.whole_zone
    notes = {code for code, _ in verify(sign(own, KEY), PUBLIC, NOW, position=(110.77, 35.14)).notes}
    assert "certificate.compare_area" in notes


def test_more_roads_than_a_code_holds_are_refused_and_not_cut_off() -> None:
    with pytest.raises(InputError) as caught:
        sign(made(route={"roads": [f"某某第{n}大街" for n in range(100)]}), KEY)
    assert caught.value.field == "roads"


def test_an_instant_without_its_offset_is_refused() -> None:
    with pytest.raises(InputError):
        verify(TEXT, PUBLIC, dt.datetime(2024, 5, 8, 10))  # noqa: DTZ001


def test_keys_are_kept_for_their_owner_and_never_replaced(tmp_path: Any) -> None:  # noqa: ANN401
    path, public = tmp_path / "k.pem", tmp_path / "p.pem"
    save_private(KEY, path, password=b"secret")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(InputError):
        save_private(new_key(), path)
    assert key_id(load_private(path, password=b"secret").public_key()) == key_id(KEY.public_key())
    for wrong in (None, b"other"):
        with pytest.raises(InputError):
            load_private(path, password=wrong)
    save_public([new_key().public_key(), *PUBLIC], public)
    assert key_id(load_public(public)[1]) == key_id(PUBLIC[0])
    for reader in (load_private, load_public):
        with pytest.raises(InputError):
            reader(tmp_path / "none.pem")  # type: ignore[operator]
    path.write_bytes(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    with pytest.raises(InputError):
        load_public(path)
