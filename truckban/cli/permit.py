"""`truckban permit`: keys, signed permits, checking them without a network, lists of what was taken back."""

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, Lazy, complain, group, new, read_lines, write
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    from truckban.permitting.checking import Checked
    from truckban.permitting.revocations import Revocations

_PASSWORD = "TRUCKBAN_KEY_PASSWORD"  # noqa: S105 - the name of a variable of the environment


def command(say: Speaker) -> Lazy:
    """Build the group."""
    return group(
        say,
        "permit",
        ("通行证：签发、离线核验、停用名单。", "Permits: sign them, check them offline, list what was taken back."),
        [_key(say), _issue(say), _verify(say), _show(say), _revoke(say)],
    )


def _key(say: Speaker) -> Command:
    def key(private: Path, public: Path) -> int:
        from truckban.permitting.keys import key_id, new_key, save_private, save_public  # noqa: PLC0415

        made = new_key()
        save_private(made, private, password=_password())
        known = _public([public]) if public.exists() else []
        save_public([*known, made.public_key()], public)
        write(key_id(made.public_key()))
        if _password() is None:
            complain(
                say(
                    f"私钥没有口令，只有文件权限保护；可在环境变量 {_PASSWORD} 里给出口令",
                    f"the private key has no password, only the file's mode guards it; {_PASSWORD} in the environment sets one",
                )
            )
        return DONE

    return new(
        say,
        key,
        "key",
        (
            "生成签发密钥（Ed25519）。公钥文件已存在时在后面追加：换钥期间新旧都可核验。",
            "Make a signing key (Ed25519). An existing file of public keys is added to: while one key takes over, both are trusted.",
        ),
        [
            click.Argument(["private"], type=click.Path(path_type=Path), metavar=say("私钥.pem", "PRIVATE.pem")),
            click.Argument(["public"], type=click.Path(path_type=Path), metavar=say("公钥.pem", "PUBLIC.pem")),
        ],
    )


def _issue(say: Speaker) -> Command:
    def issue(permits: str, key: Path, qr: Path | None) -> int:
        from truckban.json_text import read_json  # noqa: PLC0415
        from truckban.permitting.certificate import read_certificate, sign  # noqa: PLC0415
        from truckban.permitting.qr import qr_svg  # noqa: PLC0415
        from truckban.questions.asking import object_of  # noqa: PLC0415
        from zones.errors import InputError  # noqa: PLC0415

        signer = _signer(key)
        status = DONE
        for number, line in enumerate(read_lines(permits), start=1):
            if not line.strip():
                continue
            try:
                text = sign(read_certificate(object_of(read_json(line))), signer)
            except InputError as error:
                status = DONE_WITH_REJECTS
                complain(InputError(error.text, line=number, field=error.field).say(say.lang))
                continue
            write(text)
            if qr is not None:
                qr.mkdir(parents=True, exist_ok=True)
                (qr / f"{number:03d}.svg").write_text(qr_svg(text), encoding="utf-8", newline="\n")
        return status

    return new(
        say,
        issue,
        "issue",
        (
            "给通行证签名（一行一个 JSON，一辆车一张），每张输出一行文本，可作二维码。",
            "Sign permits (one JSON a line, one for each vehicle); each gives a line of text for a QR code.",
        ),
        [
            click.Argument(["permits"], metavar=say("通行证.jsonl|-", "PERMITS.jsonl|-")),
            _key_option(say, private=True),
            click.Option(
                ["--qr"],
                type=click.Path(path_type=Path),
                help=say(
                    "另把二维码写进这个文件夹（001.svg …）", "also draw the QR codes into this folder (001.svg ...)"
                ),
            ),
        ],
    )


def _verify(say: Speaker) -> Command:
    def verify(text: str, at: str | None, plate: str | None, road: str | None, place: str | None, **given: Any) -> int:  # noqa: ANN401
        from truckban.permitting.checking import verify as check  # noqa: PLC0415

        keys = _public(given["key"])
        revoked = _revoked(given["revoked"], keys)
        moment, position = _instant(at), _position(place)
        status = DONE
        for one in _texts(text):
            found = check(one, keys, moment, revoked=revoked, plate=plate, road=road, position=position)
            if road is not None and found.certificate is not None:
                found = check(
                    one,
                    keys,
                    moment,
                    revoked=revoked,
                    plate=plate,
                    road=road,
                    position=position,
                    road_name=_speller(found.certificate.notice),
                )
            status = status if found.valid else DONE_WITH_REJECTS
            write(json.dumps(found.as_json(), ensure_ascii=False))
        return status

    return new(
        say,
        verify,
        "verify",
        (
            "离线核验通行证：签名是否真实，此时此车此路是否有效。退出状态 0 表示此时有效，1 表示不能认定有效。",
            "Check permits offline: genuine, and valid at this time, for this truck, on this road? Exit 0: valid now; 1: not shown to be.",
        ),
        [
            click.Argument(["text"], metavar=say("文本|文件|-", "TEXT|FILE|-")),
            _key_option(say, private=False),
            *_asked(say),
        ],
    )


def _show(say: Speaker) -> Command:
    def show(text: str, at: str | None, html: Path | None, qr: Path | None, **given: Any) -> int:  # noqa: ANN401
        from truckban.permitting.checking import verify as check  # noqa: PLC0415
        from truckban.permitting.qr import qr_svg  # noqa: PLC0415

        keys = _public(given["key"])
        revoked = _revoked(given["revoked"], keys)
        one = next(iter(_texts(text)), "")
        found = check(one, keys, _instant(at), revoked=revoked)
        for line in _words(found, say):
            write(line)
        if found.certificate is None:
            return DONE_WITH_REJECTS
        if qr is not None:
            qr.write_text(qr_svg(one), encoding="utf-8", newline="\n")
        if html is not None:
            _page(html, one, found, given, say)
        return DONE if found.valid else DONE_WITH_REJECTS

    return new(
        say,
        show,
        "show",
        (
            "用文字说明一张通行证（先核验签名）；可另写带地图和二维码的网页。",
            "Tell a permit in words, its signature checked first; on request a page with map and QR code.",
        ),
        [
            click.Argument(["text"], metavar=say("文本|文件|-", "TEXT|FILE|-")),
            _key_option(say, private=False),
            *_asked(say)[:2],
            click.Option(
                ["--html"],
                type=click.Path(path_type=Path),
                help=say("写成网页（可打印 A4）", "write a page (prints on A4)"),
            ),
            click.Option(
                ["--qr"], type=click.Path(path_type=Path), help=say("写出二维码（SVG）", "write the QR code (SVG)")
            ),
            click.Option(
                ["--zone"],
                multiple=True,
                help=say(
                    "网页地图用的区域文件（GeoJSON）；通告有几个区域的，每个一份，可多次；不写则用通告自带的",
                    "the page's zone file (GeoJSON), repeated where the notice has several zones; the notice's own unless said",
                ),
            ),
            click.Option(
                ["--notice"],
                metavar=say("名称|文件", "NAME|FILE"),
                help=say("网页用的通告文件；程序自带的不必写", "the page's notice; needed unless it is a built-in one"),
            ),
        ],
    )


def _revoke(say: Speaker) -> Command:
    def revoke(entries: str, key: Path, at: str | None) -> int:
        from truckban.json_text import read_json  # noqa: PLC0415
        from truckban.permitting.revocations import Revocations, read_entries, sign_revocations  # noqa: PLC0415

        rows = read_json("\n".join(read_lines(entries)))
        write(sign_revocations(Revocations.of(_instant(at), read_entries(rows)), _signer(key)))
        return DONE

    return new(
        say,
        revoke,
        "revoke",
        (
            '把停用的通行证（JSON 列表：[{"permit_no", "status": "revoked|suspended", "since"}]）签成名单，供 verify --revoked 使用。',
            (
                'Sign a list of permits taken back (JSON: [{"permit_no", "status": "revoked|suspended", "since"}]) '
                "for `verify --revoked`."
            ),
        ),
        [
            click.Argument(["entries"], metavar=say("名单.json|-", "LIST.json|-")),
            _key_option(say, private=True),
            click.Option(["--at"], help=say("名单的时刻；不写为现在", "the list's instant; now unless said")),
        ],
    )


def _key_option(say: Speaker, *, private: bool) -> click.Option:
    if private:
        return click.Option(
            ["--key"], required=True, type=click.Path(path_type=Path), help=say("私钥（PEM）", "the private key (PEM)")
        )
    return click.Option(
        ["--key"],
        required=True,
        multiple=True,
        type=click.Path(path_type=Path),
        help=say("公钥（PEM，可含几个；可多次给出）", "public keys (PEM, several in a file; repeatable)"),
    )


def _asked(say: Speaker) -> list[click.Parameter]:
    return [
        click.Option(["--revoked"], help=say("签名的停用名单（文件）", "a signed list of permits taken back (a file)")),
        click.Option(
            ["--at"],
            help=say("时刻，如 2024-05-08T10:00:00+08:00；不写为现在", "an instant, RFC 3339; now unless said"),
        ),
        click.Option(["--plate"], help=say("眼前车辆的车牌", "the plate of the truck that stands there")),
        click.Option(["--road"], help=say("所在道路", "the road it is on")),
        click.Option(["--place"], metavar="LON,LAT", help=say("所在位置（WGS 84）", "its position (WGS 84)")),
    ]


def _password() -> bytes | None:
    import os  # noqa: PLC0415

    found = os.environ.get(_PASSWORD)
    return found.encode() if found else None


def _signer(path: Path) -> "Ed25519PrivateKey":
    from truckban.permitting.keys import load_private  # noqa: PLC0415

    return load_private(path, password=_password())


def _public(paths: "tuple[Path, ...] | list[Path]") -> "list[Ed25519PublicKey]":
    from truckban.permitting.keys import load_public  # noqa: PLC0415

    return [key for path in paths for key in load_public(path)]


def _revoked(path: str | None, keys: "list[Ed25519PublicKey]") -> "Revocations | None":
    from truckban.permitting.revocations import read_revocations  # noqa: PLC0415

    return None if path is None else read_revocations("".join(read_lines(path)), keys)


def _texts(given: str) -> list[str]:
    if "TB1." in given:
        return [given]
    return [line for line in read_lines(given) if line.strip()]


def _instant(at: str | None) -> dt.datetime:
    from truckban.moments import read_instant  # noqa: PLC0415

    return dt.datetime.now(tz=dt.UTC) if at is None else read_instant(at, "Asia/Shanghai")[0]


def _position(place: str | None) -> tuple[float, float] | None:
    from zones.errors import InputError  # noqa: PLC0415
    from zones.text import Text  # noqa: PLC0415

    if place is None:
        return None
    try:
        lon, lat = (float(part) for part in place.split(","))
    except ValueError:
        lon, lat = 999.0, 999.0
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # noqa: PLR2004 - degrees
        raise InputError(Text("应为 经度,纬度", "a position LON,LAT is needed"), field="--place")
    return lon, lat


def _speller(notice: str) -> Any:  # noqa: ANN401
    """Return what turns a road into a built-in notice's spelling; None where the program does not have the notice."""
    from truckban.notices.load import builtin_names, builtin_notice  # noqa: PLC0415

    return builtin_notice(notice).road_name if notice in builtin_names() else None


def _words(found: "Checked", say: Speaker) -> list[str]:
    from truckban.permitting.checking import WORDS  # noqa: PLC0415

    lines = [WORDS[found.word].of(say.lang)]
    own = found.certificate
    if own is not None:
        roads = "、".join(own.roads) or (
            say("区域见地图", "an area, see the map") if own.area_sha256 else say("整个区域", "the whole zone")
        )
        lines += [
            say("证号：", "number: ") + own.permit_no,
            say("车牌：", "plate: ") + own.plate,
            say("持证人：", "holder: ") + own.holder,
            say("日期：", "days: ") + f"{own.valid_from} – {own.valid_to}",
            say("时段：", "hours: ") + ("、".join(own.windows) or say("全天", "at any time")),
            say("道路：", "roads: ") + roads,
            say("通告：", "notice: ") + own.notice,
            say("签发：", "issued by: ") + f"{own.issuer} {own.issued_at.date()}",
        ]
    return lines + [f"- {text.of(say.lang)}" for _, text in (*found.reasons, *found.notes)]


def _page(path: Path, text: str, found: "Checked", given: "Mapping[str, Any]", say: Speaker) -> None:
    from truckban.grounds import grounds_for  # noqa: PLC0415
    from truckban.notices.load import notice_named  # noqa: PLC0415
    from truckban.report.permit_page import write_permit_page  # noqa: PLC0415
    from truckban.zone_parts import without_map  # noqa: PLC0415
    from zones.errors import InputError  # noqa: PLC0415
    from zones.text import Text  # noqa: PLC0415

    own = found.certificate
    if own is None:
        return
    notice = notice_named(given["notice"] or own.notice)
    if notice.id != own.notice:
        text_ = Text(
            f"通行证是按通告 {own.notice} 发的，不是 {notice.id}",
            f"the permit is of notice {own.notice}, not of {notice.id}",
        )
        raise InputError(text_, field="--notice")
    ground = grounds_for([notice], given["zone"])[notice.id]
    if ground is None:
        raise InputError(
            Text("通告没有自带区域，请给出 --zone", "the notice comes with no zone; give --zone"), field="--zone"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    others = [each.zone for each in ground.others]
    write_permit_page(path, own, text, ground.zone, notice=notice, lang=say.lang, others=others)
    if lacking := ", ".join(without_map(notice, ground)):
        complain(
            say(
                f"网页上没有画通告的这些区域：{lacking}", f"the page does not draw these zones of the notice: {lacking}"
            )
        )
