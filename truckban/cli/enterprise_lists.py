"""`truckban enterprise import | diff`: a new list, or sites, into an operator's registry."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import DONE, Command, new, write
from truckban.cli.enterprise_given import as_json_option, day_given, registry_given, registry_option
from truckban.cli.enterprise_saving import own_registry, saved, yes_option
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from enterprises.draft import Draft
    from enterprises.importing import Change
    from enterprises.registry import Registry

_SAID = ("title", "doc_no", "issuer", "supervision_phone")


def import_command(say: Speaker) -> Command:
    """Build `import`."""

    def import_(file: str, registry: str | None, *, sites: bool, yes: bool, **given: Any) -> int:  # noqa: ANN401
        path = own_registry(registry, say)
        known = _there(path, given["place"], given["slug"])
        after, lines = (
            _with_sites(Path(file), known, given, say) if sites else _with_list(Path(file), known, given, say)
        )
        # a new file begins with the built-in registry, so that nothing of it stands there yet
        return saved(after, path, lines, say, yes=yes, expected=known.sha256 if path.exists() else None)

    return new(
        say,
        import_,
        "import",
        (
            "导入新名单（CSV、Excel、JSON 或通告原文）或位置（--sites），先显示差异，确认后写入",
            "Import a new list (CSV, Excel, JSON or the notice's text) or sites (--sites): shows the difference, asks, writes",
        ),
        [*_list_params(say), *_import_params(say)],
    )


def _list_params(say: Speaker) -> list[click.Parameter]:
    text, day = say("文字", "TEXT"), say("日期", "DAY")
    return [
        click.Argument(["file"], metavar=say("文件", "FILE")),
        registry_option(say),
        click.Option(
            ["--rename"],
            multiple=True,
            metavar=say("旧名=新名", "OLD=NEW"),
            help=say("同一家企业更名；可多次", "one enterprise under a new name; may be repeated"),
        ),
        click.Option(["--issued"], metavar=day, help=say("名单所署日期", "the day the list bears")),
        click.Option(["--valid-from"], metavar=day, help=say("自哪天起；不写为所署日期", "the first day it holds; the day it bears unless said")),
        click.Option(["--doc-no"], metavar=text, help=say("文号", "the document's number")),
        click.Option(["--title"], metavar=text, help=say("标题", "the title")),
        click.Option(["--issuer"], metavar=text, help=say("发文机关", "who issued it")),
        click.Option(["--supervision-phone"], metavar=text, help=say("监督电话", "supervision telephone")),
        click.Option(["--count"], type=click.IntRange(1), metavar="N", help=say("文中写明的家数，用于核对", "how many the text says there are, as a check")),
    ]  # fmt: skip


def _import_params(say: Speaker) -> list[click.Parameter]:
    text = say("文字", "TEXT")
    return [
        click.Option(["--id", "list_id"], metavar=text, help=say("名单编号；不写由文号得出", "the list's id; from its number unless said")),
        click.Option(["--sites"], is_flag=True, help=say("文件是位置（GeoJSON 或 CSV）", "the file holds sites (GeoJSON or CSV)")),
        click.Option(["--crs"], type=click.Choice(["wgs84", "gcj02", "bd09"]), help=say("位置的坐标系", "the sites' coordinate system")),
        click.Option(["--source"], metavar=text, help=say("位置的来源", "where the positions are from")),
        click.Option(["--date"], metavar=say("日期", "DAY"), help=say("位置是哪天的", "of which day the positions are")),
        click.Option(["--place"], metavar=text, help=say("新建名录：哪个地方", "a new registry: of which place")),
        click.Option(["--slug"], metavar=text, help=say("新建名录：编号的开头，小写字母", "a new registry: the beginning of its ids, small letters")),
        yes_option(say),
    ]  # fmt: skip


def _there(path: Path, place: str | None, slug: str | None) -> "Registry":
    """Return the registry in a file; where there is none, the built-in one, or an empty one for another place."""
    from enterprises.registry import Registry  # noqa: PLC0415

    if path.exists():
        return registry_given(str(path))
    if place and slug:
        return Registry(place, slug, (), {})
    return registry_given(None)


def _with_list(file: Path, known: "Registry", given: dict[str, Any], say: Speaker) -> "tuple[Registry, list[str]]":
    from enterprises.importing import compared, with_list  # noqa: PLC0415
    from truckban.freight.enterprise_answers import told  # noqa: PLC0415

    renamed = _renamed(given["rename"], say)
    with told():
        draft = _draft(file, given, say)
        change = compared(known, draft, renamed=renamed)
        after = with_list(known, draft, renamed=renamed, list_id=given["list_id"])
    return after, list(_change_lines(change, draft, say))


def _with_sites(file: Path, known: "Registry", given: dict[str, Any], say: Speaker) -> "tuple[Registry, list[str]]":
    from enterprises.site_files import read_sites, with_sites  # noqa: PLC0415
    from truckban.freight.enterprise_answers import told  # noqa: PLC0415

    with told():
        sites = read_sites(file, known, said={name: given[name] for name in ("crs", "source", "date")})
        after = with_sites(known, sites)
    before = {site.id for site in known.sites}
    lines = [
        f"{'~' if site.id in before else '+'} {known.entry(site.enterprise, known.latest).name}  "
        f"{site.geometry['type']} {site.crs}  {site.source}  {site.date}"
        for site in sites
    ]
    return after, [*lines, say(f"位置 {len(sites)} 处", f"{len(sites)} sites")]


def _draft(file: Path, given: dict[str, Any], say: Speaker) -> "Draft":
    from enterprises.list_tables import read_list  # noqa: PLC0415

    said: dict[str, Any] = {name: given[name] for name in _SAID if given[name] is not None}
    for name in ("issued", "valid_from"):
        if (day := day_given(given[name], say, f"--{name.replace('_', '-')}")) is not None:
            said[name] = day
    if given["count"] is not None:
        said["stated_count"] = given["count"]
    return replace(read_list(file), **said)


def _renamed(pairs: tuple[str, ...], say: Speaker) -> dict[str, str]:
    found = {}
    for pair in pairs:
        before, equals, name = pair.partition("=")
        if not (before.strip() and equals and name.strip()):
            raise click.UsageError(say(f"--rename 应写作 旧名=新名：{pair}", f"write --rename OLD=NEW: {pair}"))
        found[before.strip()] = name.strip()
    return found


def _change_lines(change: "Change", draft: "Draft", say: Speaker) -> Iterator[str]:
    old = change.old
    yield say("与 ", "against ") + (
        f"{old.doc_no or old.id} ({old.valid_from})" if old else say("空名录", "an empty registry")
    )
    for name in change.added:
        again = say("（曾在名单上）", " (was listed before)") if name in change.returned else ""
        yield f"+ {name}{again}"
    for name in change.removed:
        yield f"- {name}"
    for one in change.renamed:
        yield f"~ {one.before} → {one.name}  ({one.why.of(say.lang)})"
    for likely in change.likely:
        yield say(
            f"? 可能是更名：{likely.before} → {likely.name}（{likely.why.zh}）；若是，加 --rename '{likely.before}={likely.name}'",
            f"? perhaps renamed: {likely.before} → {likely.name} ({likely.why.en}); if so add --rename '{likely.before}={likely.name}'",
        )
    if draft.unused:
        listed = ", ".join(draft.unused)
        yield say(f"没有用到的列：{listed}", f"columns not used: {listed}")
    kept = len(change.kept) - len(change.renamed)
    yield say(
        f"新增 {len(change.added)}，移出 {len(change.removed)}，更名 {len(change.renamed)}，不变 {kept}",
        f"{len(change.added)} added, {len(change.removed)} removed, {len(change.renamed)} renamed, {kept} unchanged",
    )


def diff_command(say: Speaker) -> Command:
    """Build `diff`."""

    def diff(file: str, registry: str | None, *, as_json: bool, **given: Any) -> int:  # noqa: ANN401
        from enterprises.importing import compared  # noqa: PLC0415
        from truckban.freight.enterprise_answers import told  # noqa: PLC0415

        known = registry_given(registry)
        with told():
            draft = _draft(Path(file), given, say)
            change = compared(known, draft, renamed=_renamed(given["rename"], say))
        if not as_json:
            for line in _change_lines(change, draft, say):
                write(line)
            return DONE
        tree = {
            "against": change.old.id if change.old else None,
            "added": list(change.added),
            "returned": list(change.returned),
            "removed": list(change.removed),
            "renamed": [
                {"enterprise": one.enterprise, "from": one.before, "to": one.name, "why": one.why.of(say.lang)}
                for one in change.renamed
            ],
            "perhaps_renamed": [
                {"from": one.before, "to": one.name, "score": one.score, "why": one.why.of(say.lang)}
                for one in change.likely
            ],
            "unchanged": len(change.kept) - len(change.renamed),
        }
        write(json.dumps(tree, ensure_ascii=False, indent=1))
        return DONE

    return new(
        say,
        diff,
        "diff",
        (
            "新名单与名录里最新一份的差异，不写入",
            "What a new list would change, against the newest one; writes nothing",
        ),
        [*_list_params(say), as_json_option(say)],
    )
