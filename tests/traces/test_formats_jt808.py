"""Logs of JT/T 808 messages: every position used or rejected with its reason, whatever the header, the escapes, the parts."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from effort import times
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jt808_messages import (
    AT,
    GMT8,
    HIDDEN,
    LOCATED,
    SOUTH,
    WEST,
    batch,
    checked,
    flagged,
    in_hex,
    message,
    position,
)
from reading import TEN, read, refused, why
from whole import streamed

from truckban.traces.formats.jt808 import read_jt808
from truckban.traces.formats.jt808_parts import Joiner, Part

Write = Callable[..., Path]
REPORT = (
    "7E02000026123456789012007D02000000010000000200BA7F0E07E4F11C0028003C00001810151010100104000000640202007D01137E"
)
BACKLOG = (
    "7E0704005311223344556622B80002000026000000010000000200BA7F0E07E4F11C0028003C0000180715101010010400000064020200"
    "370026000000020000000100CB735507E6A32300290036007818071510103001040000006002020042D47E"
)
SHORT = "7E02000032013511221122000700000000000C000301578CC006CA3A5C00470000000014072317201501040000000030011631010BD07E"


def seconds(*parts: int) -> float:
    return dt.datetime(*parts, tzinfo=GMT8).timestamp()  # type: ignore[misc,arg-type]


# known messages


def test_a_report_has_its_position_its_speed_and_its_time_at_gmt_8(write: Write) -> None:
    path = write(REPORT, "day.jt808")
    fixes = read(path)
    assert fixes.vehicle_ids == ["123456789012"]
    assert (fixes.lon.tolist(), fixes.lat.tolist()) == ([132.444444], [12.222222])
    assert (fixes.t_s.tolist(), fixes.assumed_zone) == ([seconds(2018, 10, 15, 10, 10, 10)], 0)
    frame = next(read_jt808(path)).frame
    assert (frame["speed_kmh"].tolist(), frame["heading"].tolist()) == ([6.0], [0.0])


def test_a_backlog_has_two_positions_the_second_without_a_fix(write: Write) -> None:
    fixes = read(write(BACKLOG, "day.808"))
    assert (fixes.read, fixes.used, fixes.vehicle_ids) == (2, 1, ["112233445566"])
    assert fixes.t_s.tolist() == [seconds(2018, 7, 15, 10, 10, 10)]
    assert why(fixes) == [(1, "positions[2].status", "the terminal had no satellite fix")]


def test_a_message_shorter_than_it_says_is_rejected_with_both_lengths(write: Write) -> None:
    fixes = read(write(SHORT, "day.hex"))
    assert (fixes.read, fixes.used) == (1, 0)
    assert why(fixes) == [(1, "", "the header declares a body of 50 bytes; there are 40")]
    assert "50 字节" in fixes.rejects[0].reason.zh


# how a log is written


@pytest.mark.parametrize("name", ["a.jt808", "a.808", "a.hex", "a.log", "a.bin", "a.txt"])
@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "{}\r",
        "  {}  ",
        "2024-05-08 10:00:01.123 [recv] 10.0.0.7:7611 <- {}",
        "收到：{}",
        '"{}",',
        "RECV << 0x{}",
    ],
)
def test_lines_of_hexadecimal_may_have_something_before_the_message(write: Write, name: str, line: str) -> None:
    if name == "a.txt" and line not in ("{}", "{}\r"):
        return  # a .txt is a log only if its first line is a message and nothing else
    messages = [message(position(at=AT + dt.timedelta(seconds=n))) for n in range(3)]
    fixes = read(write("\n".join(line.format(one.hex().upper()) for one in messages), name))
    assert fixes.t_s.tolist() == [TEN, TEN + 1, TEN + 2]
    assert (fixes.read, fixes.vehicle_ids) == (3, ["13912345678"])


@pytest.mark.parametrize("between", ["", " ", "-", ":", ","])
@pytest.mark.parametrize("upper", [True, False])
def test_bytes_may_be_set_apart(write: Write, between: str, upper: bool) -> None:  # noqa: FBT001
    text = between.join(f"{byte:02x}" for byte in message(position()))
    assert read(write(text.upper() if upper else text, "a.log")).used == 1


def test_several_messages_may_stand_in_one_line(write: Write) -> None:
    two = message(position()) + message(position(at=AT + dt.timedelta(seconds=5)))
    fixes = read(write("\n\n" + two.hex() + "\n", "a.hex"))
    assert (fixes.read, fixes.t_s.tolist()) == (2, [TEN, TEN + 5])


@pytest.mark.parametrize("between", [b"", b"\n", b"\r\n"])
def test_raw_bytes_are_known_by_their_content_and_messages_by_their_number(write: Write, between: bytes) -> None:
    good = [message(position(at=AT + dt.timedelta(seconds=n))) for n in range(3)]
    bad = bytearray(message(position()))
    bad[20] ^= 1
    fixes = read(write(between.join([good[0], bytes(bad), good[1], good[2][:-4]]), "a.bin"))
    assert fixes.t_s.tolist() == [TEN, TEN + 1]
    assert [(line, field) for line, field, _ in why(fixes)] == [(2, ""), (4, "")]
    assert "check byte" in why(fixes)[0][2]
    assert "cut off" in why(fixes)[1][2]


def test_a_log_larger_than_a_chunk_is_read_as_one(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truckban.traces.formats.jt808_frames._CHUNK", 97)
    messages = [message(position(at=AT + dt.timedelta(seconds=n), kmh=12.5)) for n in range(50)]
    messages[20] = flagged(b"\x02")
    for data in (b"".join(messages), in_hex(*messages).encode()):
        fixes = read(write(data, "a.bin"))
        assert fixes.t_s.tolist() == [TEN + n for n in range(50) if n != 20]
        assert why(fixes) == [(21, "", "shorter than the header of a message")]
        assert fixes.files == [("a.bin", 50)]


def test_what_a_program_logged_beside_is_counted_and_no_row(write: Write) -> None:
    fixes = read(write("INFO started\n" + in_hex(message(position())) + "WARN slow client\n", "a.log"))
    assert (fixes.read, fixes.used) == (1, 1)
    assert [note.en for note in fixes.notes] == ["a.log: 2 lines of text hold no message and were not used"]


def test_lines_with_a_damaged_message_are_rejected(write: Write) -> None:
    whole = message(position()).hex()
    fixes = read(write(f"{whole}\n{whole[:-6]}\n7f{whole[2:]}\nrecv {whole[:40]}zz\n", "a.log"))
    assert fixes.used == 1
    assert [(line, reason) for line, _, reason in why(fixes)] == [
        (line, "the message is cut off: it has no 7E at one end") for line in (2, 3, 4)
    ]


@pytest.mark.parametrize("data", [b"hello\nworld\n", b"a,b\n1,2\n", bytes(300), b"~", b"~~~~", "7E".encode("utf-16")])
def test_a_file_without_messages_is_refused(write: Write, data: bytes) -> None:
    assert refused(write(data, "a.log")).text.zh


# headers, escapes, check


def test_headers_of_2013_and_2019_give_one_vehicle_by_its_number_without_filling_zeros(write: Write) -> None:
    old = message(position())
    new = message(position(at=AT + dt.timedelta(seconds=1)), new=True)
    fixes = read(write(old + new, "a.jt808"))
    assert (fixes.vehicle_ids, fixes.used) == (["13912345678"], 2)


def test_numbers_with_other_than_decimal_digits_stay_and_none_is_no_vehicle(write: Write) -> None:
    fixes = read(write(message(position(), phone="A12345") + message(position(), phone="0"), "a.jt808"))
    assert fixes.vehicle_ids == ["A12345"]
    assert why(fixes) == [(2, "vehicle_id", "no vehicle id")]


def test_every_byte_survives_its_escape(write: Write) -> None:
    extra = b"\x25\x04\x7e\x7d\x7e\x7d"
    lon, lat = 0x077E7D7E / 1e6, 0x027D7E7D / 1e6
    fixes = read(write(message(position(lon, lat, extra=extra), serial=0x7E7D), "a.jt808"))
    assert (fixes.lon.tolist(), fixes.lat.tolist()) == ([pytest.approx(lon)], [pytest.approx(lat)])


def test_a_wrong_escape_and_a_wrong_check_are_told_apart(write: Write) -> None:
    good = message(position())
    wrong_check = good[:-2] + bytes([good[-2] ^ 1]) + good[-1:]
    fixes = read(write(good[:30] + b"\x7d\x03" + good[32:] + wrong_check, "a.jt808"))
    assert ["escape" in reason or "check byte" in reason for _, _, reason in why(fixes)] == [True, True]
    assert "7D" in why(fixes)[0][2]


def test_more_bytes_than_any_message_has_are_one_rejected_message(write: Write) -> None:
    junk = b"\x7e" + b"\x01" * 10_000
    fixes = read(write(message(position()) + junk + message(position()), "a.jt808"))
    assert (fixes.read, fixes.used) == (3, 2)
    assert "more bytes" in why(fixes)[0][2]


# what cannot be used


@pytest.mark.parametrize(
    ("sent", "field", "reason"),
    [
        (message(position(status=1)), "status", "no satellite fix"),
        (message(position(status=LOCATED | HIDDEN)), "status", "secrecy plug-in"),
        (message(position(), encryption=1), "", "encrypted"),
        (message(position(), encryption=4), "", "encrypted"),
        (message(position(at="000000000000")), "time", "not a time"),
        (message(position(at="240230100000")), "time", "not a time"),
        (message(position(at="240508240000")), "time", "not a time"),
        (message(position(at="24050810000A")), "time", "not a time"),
        (message(position(110.77, 91.0)), "lat", "out of range"),
        (message(position(0, 0)), "lon", "zero"),
        (message(position()[:27]), "", "28 bytes"),
        (message(b""), "", "28 bytes"),
        (message(b"", kind=0x0704), "", "without content"),
        (flagged(checked(b"\x02\x00")), "", "header"),
    ],
)
def test_what_cannot_be_used_is_rejected_with_its_reason(write: Write, sent: bytes, field: str, reason: str) -> None:
    fixes = read(write(message(position()) + sent, "a.jt808"))
    assert (fixes.read, fixes.used) == (2, 1)
    [(line, named, said)] = why(fixes)
    assert (line, named) == (2, field)
    assert reason in said


def test_south_and_west_are_bits_of_the_status(write: Write) -> None:
    fixes = read(write(message(position(70.5, 33.25, status=LOCATED | SOUTH | WEST)), "a.jt808"))
    assert (fixes.lon.tolist(), fixes.lat.tolist()) == ([-70.5], [-33.25])


def test_messages_of_other_kinds_are_counted_in_a_note(write: Write) -> None:
    others = [message(b"", kind=0x0002)] * 3 + [message(b"code", kind=0x0102)]
    fixes = read(write(b"".join([*others, message(position())]), "a.jt808"))
    assert (fixes.read, fixes.used) == (1, 1)
    assert "4 messages of other kinds hold no position: 0x0002 × 3, 0x0102 × 1" in fixes.notes[0].en


def test_the_terminals_number_stands_in_no_message(write: Write) -> None:
    phone = "13987654321"
    bad = [
        message(position(status=1), phone=phone),
        message(position(), phone=phone, encryption=1),
        message(position(), phone=phone, part=(2, 1)),
        message(batch(b"x"), phone=phone, kind=0x0704),
        message(b"", phone=phone, kind=2),
    ]
    fixes = read(write(b"".join(bad), "a.jt808"))
    said = [*fixes.notes, *(reject.reason for reject in fixes.rejects)]
    assert len(fixes.rejects) == 4
    assert not any("87654" in text for pair in said for text in pair)


# batches and parts


def _positions(count: int) -> list[bytes]:
    return [position(110.77 + n / 1e4, at=AT + dt.timedelta(seconds=n)) for n in range(count)]


@pytest.mark.parametrize(
    ("body", "used", "reasons"),
    [
        (batch(*_positions(3), count=5), 3, [("", "5 positions are declared; there are 3")]),
        (batch(*_positions(3), count=2), 2, [("", "follow after the last position")]),
        (batch(position(), b"12345", position(at=AT + dt.timedelta(seconds=9))), 2, [("positions[2]", "28 bytes")]),
        (batch(*_positions(2))[:-10], 1, [("positions[2]", "are left")]),
        (batch(*_positions(1)) + b"\x00", 1, [("", "1 bytes follow")]),
    ],
)
def test_a_batch_that_does_not_add_up_keeps_what_is_whole(
    write: Write, body: bytes, used: int, reasons: list[tuple[str, str]]
) -> None:
    fixes = read(write(message(body, kind=0x0704), "a.jt808"))
    assert fixes.used == used
    for (_, field, said), (named, reason) in zip(why(fixes), reasons, strict=True):
        assert field == named
        assert reason in said


def _in_parts(
    body: bytes, size: int, *, serial: int = 65534, kind: int = 0x0704, phone: str = "13912345678"
) -> list[bytes]:
    cut = [body[n : n + size] for n in range(0, len(body), size)]
    return [
        message(one, kind=kind, serial=(serial + n) % 65536, part=(len(cut), n + 1), phone=phone)
        for n, one in enumerate(cut)
    ]


@pytest.mark.parametrize("order", ["as sent", "backwards", "twice", "mixed with another's"])
def test_a_message_in_parts_is_joined_whatever_order_they_come_in(write: Write, order: str) -> None:
    parts = _in_parts(batch(*_positions(30)), 200)
    assert len(parts) > 5
    if order == "backwards":
        parts = parts[::-1]
    if order == "twice":
        parts = [part for part in parts for _ in range(2)][:-1]
    if order == "mixed with another's":
        others = _in_parts(batch(*_positions(30)), 200, phone="13900000000")
        parts = [part for pair in zip(parts, others, strict=True) for part in pair]
    fixes = read(write(b"".join(parts), "a.jt808"))
    assert fixes.rejects == []
    assert sorted(set(fixes.t_s.tolist())) == [TEN + n for n in range(30)]
    assert len(fixes.t_s) == 30 * len(fixes.vehicle_ids)


def test_rows_come_as_they_stand_in_the_file_whatever_their_kind(write: Write) -> None:
    later, earlier = _positions(30)[20:], _positions(20)
    first, last = (message(batch(*some), kind=0x0704) for some in (later, earlier[11:]))
    path = write(b"".join([first, *_in_parts(batch(*earlier[:10]), 200), message(earlier[10]), last]), "a.jt808")
    [lines] = [table.lines.tolist() for table in read_jt808(path) if table.rows]
    assert lines == sorted(lines)
    assert len(lines) == 30
    assert read(path).tally["late"] == streamed(path)[0].tally["late"] == 20


def test_a_message_in_parts_that_never_becomes_whole_is_rejected_part_by_part(write: Write) -> None:
    parts = _in_parts(batch(*_positions(30)), 200)
    fixes = read(write(b"".join(parts[:2] + parts[3:]), "a.jt808"))
    assert (fixes.used, len(fixes.rejects)) == (0, len(parts) - 1)
    assert f"part 1 of {len(parts)}, {len(parts) - 1} came" in why(fixes)[0][2]


def _later(count: int) -> list[bytes]:
    return [position(110.78 + n / 1e4, at=AT + dt.timedelta(days=4, seconds=n)) for n in range(count)]


@pytest.mark.parametrize("lost", [0, 2, 5])
@pytest.mark.parametrize("serial", [100, 65532])
def test_serial_numbers_that_come_again_do_not_join_the_parts_of_two_messages(
    write: Write, lost: int, serial: int
) -> None:
    """A part was lost; after 65,536 messages another message in as many parts has the same numbers."""
    first, second = (_in_parts(batch(*items), 200, serial=serial) for items in (_positions(30), _later(30)))
    assert len(first) == len(second) == 6
    between = [
        message(position(at=AT + dt.timedelta(days=n), kmh=0), serial=(serial + 20_000 * n) % 65536)
        for n in range(1, 4)
    ]
    fixes = read(write(b"".join([*first[:lost], *first[lost + 1 :], *between, *second]), "a.jt808"))
    assert [reason for *_, reason in why(fixes)] == [
        f"a message in parts that is not whole: this is part {n} of 6, 5 came" for n in range(1, 7) if n != lost + 1
    ]
    assert fixes.t_s.tolist() == [
        *(TEN + 86400.0 * n for n in range(1, 4)),
        *(TEN + 4 * 86400.0 + n for n in range(30)),
    ]


def test_a_part_that_says_something_else_than_the_one_of_its_number_is_another_messages(write: Write) -> None:
    """Nothing of the terminal came between: it may have begun its numbers anew."""
    first, second = (_in_parts(batch(*items), 200) for items in (_positions(30), _later(30)))
    fixes = read(write(b"".join([*first[:3], *first[4:], *second]), "a.jt808"))
    assert len(fixes.rejects) == 5
    assert fixes.t_s.tolist() == [TEN + 4 * 86400.0 + n for n in range(30)]


def test_so_many_unfinished_messages_cannot_fill_the_memory(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truckban.traces.formats.jt808_parts._MOST_WAITING", 10)
    sent = [message(b"x" * 20, kind=0x0704, serial=n * 5, part=(3, 1)) for n in range(50)]
    fixes = read(write(b"".join(sent), "a.jt808"))
    assert (fixes.read, len(fixes.rejects)) == (50, 50)


# laws


@settings(max_examples=times(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_mixture_of_good_and_bad_is_used_and_rejected_one_by_one(write: Write, data: st.DataObject) -> None:
    sent, used, rejected = [], 0, 0
    for n in range(data.draw(st.integers(1, 12))):
        at = AT + dt.timedelta(seconds=n)
        new = data.draw(st.booleans())
        match data.draw(st.sampled_from(["good", "batch", "no fix", "check", "other", "encrypted"])):
            case "good":
                sent.append(message(position(kmh=0, at=at, extra=data.draw(st.binary(max_size=30))), new=new))
                used += 1
            case "batch":
                count = data.draw(st.integers(1, 4))
                items = [position(kmh=0, at=at + dt.timedelta(milliseconds=0, hours=m + 1)) for m in range(count)]
                sent.append(message(batch(*items), kind=0x0704, new=new))
                used += count
            case "no fix":
                sent.append(message(position(kmh=0, at=at, status=0), new=new))
                rejected += 1
            case "check":
                one = message(position(kmh=0, at=at, extra=b""))
                last = one[-2] ^ 0x10
                sent.append(one[:-2] + bytes([last if last not in (0x7D, 0x7E) else 0]) + one[-1:])
                rejected += 1
            case "other":
                sent.append(message(b"\x7d\x7e", kind=0x0900, new=new))
            case _:
                sent.append(message(position(kmh=0, at=at), new=new, encryption=1))
                rejected += 1
    results = [read(write(form, "a.bin")) for form in (b"".join(sent), in_hex(*sent))]
    for fixes in results:
        assert (fixes.used, len(fixes.rejects)) == (used, rejected)
    raw, text = results
    assert np.array_equal(raw.t_s, text.t_s)
    assert why(raw) == why(text)


def test_parts_that_never_become_whole_do_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truckban.traces.formats.jt808_parts._MOST_PARTS", 10)
    joiner = Joiner()
    for serial in range(8):  # the first of two parts each, then six of nine
        assert joiner.add(Part("1", 0x0704, serial * 10, 2, 1, serial, b"x")) is None
    for number in range(1, 7):
        assert joiner.add(Part("2", 0x0704, 100 + number, 9, number, 100 + number, b"y")) is None
    assert [at for at, _ in joiner.faults()] == [0, 1, 2, 3]
    for number in range(7, 10):
        body = joiner.add(Part("2", 0x0704, 100 + number, 9, number, 100 + number, b"y"))
    assert body == b"y" * 9
    assert joiner.add(Part("1", 0x0704, 71, 2, 2, 200, b"z")) == b"xz"
    assert [at for at, _ in joiner.rest()] == [4, 5, 6]
