"""What lists of leads are held against: filters, asked of rows one by one."""

from typing import Any

from hypothesis import strategies as st

from api.store.lead_search import Filters


def fits(one: dict[str, Any], f: Filters) -> bool:
    return all(
        (
            f.since is None or one["at"] >= f.since,
            f.until is None or one["at"] < f.until,
            f.road is None or f.road in one["roads"],
            f.enterprise_id is None or one["enterprise_id"] == f.enterprise_id,
            f.vehicle_class is None or one["vehicle_class"] == f.vehicle_class,
            f.least is None or one["probability"] >= f.least,
            f.most is None or one["probability"] <= f.most,
            f.state is None or one["state"] == f.state,
            f.verdict is None or one["verdict"] == f.verdict,
            f.plates is None or one["plate"] in f.plates,
            f.run_id is None or f.run_id in one["runs"],
            f.assignee is None or one["assignee"] == f.assignee,
            f.hour is None or one["at"].hour == f.hour,
            f.weekday is None or one["at"].isoweekday() == f.weekday,
            f.entry is None or one["entry_number"] == (None if f.entry == "none" else f.entry),
        )
    )


def any_of(*values: object) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.sampled_from(values))
