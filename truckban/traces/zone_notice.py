"""Whether a zone's file was built for the notice that traces are judged by."""

from truckban.norms import Notice
from zones.text import Text
from zones.zone import Zone


def notices_differ(notice: Notice, zone: Zone) -> list[Text]:
    """Return a note where the zone says that it was built for another notice, or for another text of this one.

    A file that names no notice, as the one that comes with the program, says nothing either way.
    """
    built = zone.notice
    if not built or built.get("sha256") == notice.sha256:
        return []
    named = built.get("id")
    if named != notice.id:
        return [
            Text(
                f"区域文件 {zone.id} 是为通告 {named} 建的，不是 {notice.id}；请核对区域是否相同",
                f"zone file {zone.id} was built for notice {named}, not for {notice.id}; check that the zone is the same",
            )
        ]
    return [
        Text(
            f"区域文件 {zone.id} 是按通告 {notice.id} 的另一文本建的（sha256 {str(built.get('sha256'))[:12]}…，现为 "
            f"{notice.sha256[:12]}…）；请用现在的文本重建区域",
            f"zone file {zone.id} was built for another text of notice {notice.id} (sha256 {str(built.get('sha256'))[:12]}…, it is now "
            f"{notice.sha256[:12]}…); build the zone again from the present text",
        )
    ]
