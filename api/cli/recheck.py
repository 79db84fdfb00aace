"""`truckban recheck LEAD`: a lead decided again."""

import json

import click

from truckban.cli.base import DONE, Command, complain, new, write
from truckban.cli.language import Speaker

_DIFFERS = 1


def command(say: Speaker) -> Command:
    """Build the command."""

    def recheck(lead: str) -> int:
        from api.cli.opened import store_of  # noqa: PLC0415
        from api.leads.again import decide_again  # noqa: PLC0415
        from api.settings import Settings  # noqa: PLC0415
        from api.store.lead_acts import lead_of, track_of, whole  # noqa: PLC0415

        with store_of(Settings.of_environment()) as store, store.read() as session:
            found = lead_of(session, lead)
            if found is None:
                complain(say("没有这条线索", "there is no such lead"))
                return _DIFFERS
            again = decide_again(session, found, whole(session, found), track_of(session, found))
        write(json.dumps({"lead_id": lead, **again.as_json()}, ensure_ascii=False))
        return DONE if again.same else _DIFFERS

    return new(
        say,
        recheck,
        "recheck",
        (
            "用保存的定位点、通告和区域重新判断一条线索；一致则退出码为 0，否则为 1 并逐项说明。线索本身不改。",
            "Decide a lead again from what is stored; exit 0 where all is as it was, else 1, field by field. The lead stays.",
        ),
        [click.Argument(["lead"], metavar="LEAD")],
    )
