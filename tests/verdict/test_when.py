"""The settled questions about hours and dates, to the second."""

import pytest
from linyi_asked import (
    ask,
    codes,
    warned,
)


class TestWindow:
    """Question 8."""

    @pytest.mark.parametrize(
        ("at", "verdict"),
        [
            ("2024-05-08T05:59:59+08:00", "allowed"),
            ("2024-05-08T05:59:59.999999+08:00", "allowed"),
            ("2024-05-08T06:00:00+08:00", "prohibited"),
            ("2024-05-08T06:00:00.000001+08:00", "prohibited"),
            ("2024-05-08T21:59:59+08:00", "prohibited"),
            ("2024-05-08T21:59:59.999+08:00", "prohibited"),
            ("2024-05-08T21:59:59.999999999+08:00", "prohibited"),
            ("2024-05-08T22:00:00+08:00", "allowed"),
            ("2024-05-08T22:00:00.001+08:00", "allowed"),
            ("2024-05-08T00:00:00+08:00", "allowed"),
            ("2024-05-08T12:00:00+08:00", "prohibited"),
        ],
    )
    def test_opens_and_closes_to_the_second(self, at: str, verdict: str) -> None:
        assert ask(at=at)["verdict"] == verdict

    @pytest.mark.parametrize(
        ("at", "verdict"),
        [
            ("2024-05-07T21:59:59Z", "allowed"),
            ("2024-05-07T22:00:00Z", "prohibited"),
            ("2024-05-08T13:59:59Z", "prohibited"),
            ("2024-05-08T14:00:00Z", "allowed"),
            ("2024-05-08t14:00:00z", "allowed"),
            ("2024-05-07T18:00:00-04:00", "prohibited"),
            ("2024-05-08T19:29:59+05:30", "prohibited"),
            ("2024-05-08T19:30:00+05:30", "allowed"),
            ("2024-05-08T10:00:00-12:00", "prohibited"),
            ("2024-05-08T10:00:00+14:00", "allowed"),
            ("2024-05-08T14:00:00-00:00", "allowed"),
        ],
    )
    def test_is_in_shanghai_whatever_the_offset(self, at: str, verdict: str) -> None:
        answered = ask(at=at)
        assert answered["verdict"] == verdict
        assert "time.assumed_zone" not in codes(answered)

    @pytest.mark.parametrize(
        ("at", "verdict"),
        [("2024-05-08T05:59:59", "allowed"), ("2024-05-08T06:00:00", "prohibited"), ("2024-05-08 22:00:00", "allowed")],
    )
    def test_a_time_without_an_offset_is_read_there_and_the_answer_says_so(self, at: str, verdict: str) -> None:
        answered = ask(at=at)
        assert answered["verdict"] == verdict
        assert "time.assumed_zone" in codes(answered)


class TestDates:
    """Question 9."""

    @pytest.mark.parametrize(
        ("at", "verdict", "enforceable"),
        [
            ("2023-02-28T21:59:59+08:00", "allowed", True),
            ("2023-02-28T22:00:00Z", "prohibited", False),
            ("2023-03-01T06:00:00+08:00", "prohibited", False),
            ("2023-04-22T21:59:59+08:00", "prohibited", False),
            ("2023-04-22T13:59:59Z", "prohibited", False),
            ("2023-04-22T22:00:00Z", "prohibited", True),
            ("2023-04-23T06:00:00+08:00", "prohibited", True),
            ("2023-04-22T23:00:00+08:00", "allowed", True),
        ],
    )
    def test_in_force_and_enforceable_are_two_days(self, at: str, verdict: str, *, enforceable: bool) -> None:
        answered = ask(at=at)
        assert (answered["verdict"], answered["enforceable"]) == (verdict, enforceable)
        assert ("notice.not_yet_published" in codes(answered)) == (not enforceable)

    @pytest.mark.parametrize("at", ["2023-02-28T10:00:00+08:00", "2023-02-28T23:59:59+08:00", "1999-01-01T10:00:00Z"])
    def test_before_its_first_day_it_says_so(self, at: str) -> None:
        answered = ask(at=at)
        assert answered["verdict"] == "allowed"
        assert "notice.not_in_force" in codes(answered)
        assert "penalty" not in answered

    @pytest.mark.parametrize(
        ("at", "warns"),
        [
            ("2028-02-29T23:59:59+08:00", False),
            ("2028-02-29T15:59:59Z", False),
            ("2028-02-29T16:00:00Z", True),
            ("2028-03-01T00:00:00+08:00", True),
            ("2031-01-01T10:00:00+08:00", True),
        ],
    )
    def test_its_age_is_a_warning_after_five_years(self, at: str, *, warns: bool) -> None:
        assert ("notice.age" in warned(ask(at=at))) == warns

    def test_its_age_does_not_change_the_verdict(self) -> None:
        assert ask(at="2031-01-01T10:00:00+08:00")["verdict"] == "prohibited"
