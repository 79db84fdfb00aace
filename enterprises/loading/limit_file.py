"""The file of limits: read, checked key by key, every fault with its line."""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from enterprises.errors import EnterpriseError, Text
from enterprises.given_files import bytes_of
from enterprises.loading.limits import Counter, Kind, Limits, MassRow, Plausible, Special

KNOWN_FROM = ("stated", "reprint", "unverified", "chosen")
BUILTIN = "limits.yaml"
_MOST_KG = 1_000_000


@cache
def builtin_limits() -> Limits:
    """Return the limits that come with the program."""
    return parse_limits(files("enterprises").joinpath(f"data/{BUILTIN}").read_bytes(), file=BUILTIN)


def read_limits(path: Path) -> Limits:
    """Read a file of limits.

    Raises:
        EnterpriseError: it cannot be read, or a value will not do, with its line.
    """
    return parse_limits(bytes_of(path), file=path.name)


def parse_limits(data: bytes, *, file: str) -> Limits:
    """Return the limits that a file's bytes hold.

    Raises:
        EnterpriseError: with line and field.
    """
    top = _Node(_tree(data, file), file, "", 1)
    mass, single = top.node("total_mass"), top.node("single_tyres")
    if single.truth("each_axle") is not True:
        raise single.fault("each_axle", Text("只认识 true：每轴各减一次", "only true is known: less for each axle"))
    top.only("id includes_limit total_mass single_tyres exceptions counters kinds plausible")
    mass.only("title article known_from items_known_from rows")
    single.only("less_kg each_axle article item known_from counted")
    single.text_of("counted")
    for node, key in ((mass, "known_from"), (mass, "items_known_from"), (single, "known_from")):
        node.choice(key, KNOWN_FROM)
    words = top.node("kinds")
    words.only(" ".join(get_args(Kind)))
    counters = [_counter(node) for node in top.nodes("counters")]
    return Limits(
        id=top.text("id"),
        title=mass.text_of("title"),
        article=mass.text("article"),
        known_from=mass.text("known_from"),
        includes_limit=top.truth("includes_limit"),
        rows=_rows(mass),
        less_kg=single.whole("less_kg", 0, _MOST_KG),
        single_item=single.text("item"),
        exceptions=tuple(_special(node) for node in top.nodes("exceptions")),
        counters={counter.id: counter for counter in counters},
        words={kind: words.words(kind) for kind in words.tree},
        plausible=_plausible(top.node("plausible")),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _tree(data: bytes, file: str) -> Any:  # noqa: ANN401
    try:
        tree = YAML(typ="rt").load(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise EnterpriseError(Text("不是 UTF-8 编码", "this is not UTF-8"), file=file, line=line) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise EnterpriseError(
            Text("YAML 语法错误：看这一行和上一行的冒号、括号、引号、缩进", f"this is not YAML: {error.problem}"),
            file=file,
            line=line,
        ) from None
    except (YAMLError, ValueError, RecursionError):
        raise EnterpriseError(Text("不是 YAML", "this is not YAML"), file=file, line=1) from None
    if not isinstance(tree, dict):
        raise EnterpriseError(Text("最外层应是键值表", "the outermost level is no mapping"), file=file, line=1)
    return tree


def _rows(mass: "_Node") -> tuple[MassRow, ...]:
    found: list[MassRow] = []
    for node in mass.nodes("rows"):
        node.only("axles and_more kind kg one_drive_axle_kg item most_single")
        row = MassRow(
            axles=node.whole("axles", 1, 99),
            and_more=node.truth("and_more") if "and_more" in node.tree else False,
            kind=node.choice("kind", get_args(Kind)),
            kg=node.whole("kg", 1, _MOST_KG),
            one_drive_axle_kg=node.whole("one_drive_axle_kg", 1, _MOST_KG)
            if "one_drive_axle_kg" in node.tree
            else None,
            item=node.text("item"),
            most_single=node.whole("most_single", 0, 99),
        )
        if any(_overlap(row, other) for other in found):
            raise node.fault(
                "axles",
                Text(f"{row.axles} 轴已有一行", f"a {row.kind} of {row.axles} axles has a row already"),
            )
        found.append(row)
    return tuple(found)


def _overlap(row: MassRow, other: MassRow) -> bool:
    if row.kind != other.kind:
        return False
    first, second = sorted((row, other), key=lambda one: one.axles)
    return first.axles == second.axles or first.and_more


def _special(node: "_Node") -> Special:
    node.only("id effect article item known_from words zh en")
    return Special(
        id=node.text("id"),
        effect=node.choice("effect", ("licence", "may_lift")),
        article=node.text("article") + node.text("item"),
        known_from=node.choice("known_from", KNOWN_FROM),
        words=node.words("words"),
        text=Text(node.text("zh"), node.text("en")),
    )


def _counter(node: "_Node") -> Counter:
    node.only("id who more_than unit title article known_from article_known_from year reason")
    who = node.choice("who", ("vehicle", "carrier"))
    node.choice("unit", ("times",) if who == "vehicle" else ("percent_of_fleet",))
    return Counter(
        id=node.text("id"),
        who=who,
        more_than=node.whole("more_than", 0, 100),
        title=node.text_of("title"),
        article=node.text("article"),
        known_from=node.choice("known_from", KNOWN_FROM),
        article_known_from=node.choice("article_known_from", KNOWN_FROM),
        year=node.choice("year", ("rolling", "calendar")),
        reason=node.text_of("reason"),
    )


def _plausible(node: "_Node") -> Plausible:
    names = ("gross_kg", "other_kg", "tonnes_without_unit", "kg_without_unit", "axles")
    node.only(" ".join(names))
    plausible = Plausible(*(node.pair(name) for name in names))
    if plausible.tonnes_without_unit[1] >= plausible.kg_without_unit[0]:
        raise node.fault(
            "kg_without_unit",
            Text(
                "要从 tonnes_without_unit 的上限之后开始，否则同一个数两种意思都通",
                "must begin after tonnes_without_unit ends, else one number can mean both",
            ),
        )
    return plausible


class _Node:
    """A mapping of the file that knows where it stands."""

    def __init__(self, tree: Any, file: str, path: str, line: int) -> None:  # noqa: ANN401
        self.tree, self.file, self.path, self.line = tree, file, path, line

    def fault(self, key: str, text: Text) -> EnterpriseError:
        line = self.line
        if key in self.tree:
            line = self.tree.lc.key(key)[0] + 1
        return EnterpriseError(text, file=self.file, line=line, field=f"{self.path}{key}")

    def only(self, keys: str) -> None:
        """Refuse a key that means nothing."""
        for key in self.tree:
            if key not in keys.split():
                raise self.fault(
                    key, Text(f"不认识的键；可以是 {keys}", f"an unknown key; there are {', '.join(keys.split())}")
                )

    def value(self, key: str) -> Any:  # noqa: ANN401
        if key not in self.tree:
            raise self.fault(key, Text("缺少这一项", "this is missing"))
        return self.tree[key]

    def text(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(key, Text("应为文字", "text is needed"))
        return str(value)

    def choice(self, key: str, choices: tuple[str, ...]) -> Any:  # noqa: ANN401
        value = self.value(key)
        if value not in choices:
            listed = ", ".join(choices)
            raise self.fault(key, Text(f"可以是：{listed}", f"one of: {listed}"))
        return str(value)

    def truth(self, key: str) -> bool:
        value = self.value(key)
        if not isinstance(value, bool):
            raise self.fault(key, Text("应为 true 或 false", "true or false is needed"))
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        value = self.value(key)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.fault(
                key, Text(f"应为 {least} 到 {most} 的整数", f"a whole number from {least} to {most} is needed")
            )
        return int(value)

    def words(self, key: str) -> tuple[str, ...]:
        value = self.value(key)
        if not isinstance(value, list) or not value or not all(isinstance(word, str) and word for word in value):
            raise self.fault(key, Text("应为词的列表 […]", "a list of words […] is needed"))
        return tuple(word.casefold() for word in value)

    def pair(self, key: str) -> tuple[int, int]:
        value = self.value(key)
        if (
            not isinstance(value, list)
            or len(value) != 2  # noqa: PLR2004
            or not all(isinstance(end, int) and not isinstance(end, bool) for end in value)
            or not 0 <= value[0] <= value[1]
        ):
            raise self.fault(key, Text("应为 [最小, 最大] 两个整数", "two whole numbers [least, most] are needed"))
        return int(value[0]), int(value[1])

    def text_of(self, key: str) -> Text:
        node = self.node(key)
        node.only("zh en")
        return Text(node.text("zh"), node.text("en"))

    def node(self, key: str) -> "_Node":
        value = self.value(key)
        if not isinstance(value, dict):
            raise self.fault(key, Text("应为键值表", "a mapping is needed"))
        return _Node(value, self.file, f"{self.path}{key}.", self.tree.lc.key(key)[0] + 1)

    def nodes(self, key: str) -> "list[_Node]":
        value: Any = self.value(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fault(key, Text("应为键值表的列表", "a list of mappings is needed"))
        lines: Any = value
        return [
            _Node(item, self.file, f"{self.path}{key}[{number}].", lines.lc.item(number)[0] + 1)
            for number, item in enumerate(value)
        ]
