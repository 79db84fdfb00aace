"""What people read on the pages stands in the texts: in both languages, each key there is used, and no key is wanting."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from script_strings import HOLE, Said, strings

from api.web.catalog import texts
from api.web.rendering import MENU, STATIC

WEB = STATIC.parent
TEMPLATES = sorted((WEB / "templates").glob("**/*.html"))
SCRIPTS = sorted((STATIC / "js").glob("**/*.js"))
TEXTS = sorted((WEB / "texts").glob("*.yaml"))
CHINESE = re.compile(r"[\u3400-\u9fff]")
# what is the same in both languages: units, names of formats, marks, keys of the keyboard
CODES = re.compile(
    r"(?<!\w)(?:km|m|kg|t|h|min|WGS|GCJ|BD|CSV|PDF|QR|ID|TB1|truckban|Ctrl|Enter|Esc|Tab|[A-Za-z])(?!\w)"
)
SHOWN = ("title", "aria-label", "placeholder", "alt")
_PUT = re.compile(
    r"""(?:\b(?:textContent|innerText|title|ariaLabel|placeholder|alt)\s*[:=](?!=)|setAttribute\(["'](?:title|aria-label|placeholder|alt)["'],)\s*$"""
)
_NAMED = re.compile(r"\{% block (?:name|width) %\}[^{]*\{% endblock %\}")  # words for style sheets
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)


def ids(path: Path) -> str:
    return path.name


class _Words(HTMLParser):
    """Gathers what is shown of a piece of HTML: its text, and the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        self.said += [value or "" for name, value in attrs if name in SHOWN]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.said.append(data)


def shown(markup: str) -> list[str]:
    """Return the words that a piece of HTML shows, without codes and what is put in."""
    parser = _Words()
    parser.feed(markup.replace(HOLE, "0"))
    parser.close()
    return [text.strip() for text in parser.said if re.search(r"[^\W\d_]", CODES.sub("", text))]


@cache
def read(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def quoted(path: Path) -> tuple[Said, ...]:
    return tuple(strings(read(path)))


def in_template(text: str) -> list[str]:
    named = _NAMED.sub("", text)
    return shown(_JINJA.sub("0", named)) + [line for line in named.splitlines() if CHINESE.search(line)]


def in_script(text: str) -> list[str]:
    found = []
    for each in strings(text):
        if CHINESE.search(each.text):
            found.append(f"{each.line}: {each.text}")
        elif each.tag in ("html", "svg"):
            found += [f"{each.line}: {words}" for words in shown(each.text)]
        elif _PUT.search(each.before) and re.search(r"[^\W\d_]", CODES.sub("", each.text.replace(HOLE, "0"))):
            found.append(f"{each.line}: {each.text}")
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_a_template_holds_no_words_of_either_language(path: Path) -> None:
    assert in_template(read(path)) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=ids)
def test_a_script_holds_no_words_of_either_language(path: Path) -> None:
    assert in_script(read(path)) == []


@pytest.mark.parametrize(
    "text", ["<p>Some words</p>", '<a title="Words">{{ t.a }}</a>', "<p>{{ t.a }} 字</p>", '<img alt="a picture">']
)
def test_words_in_a_template_are_found(text: str) -> None:
    assert in_template(text)


@pytest.mark.parametrize(
    "text",
    [
        'x = "字"', "x = `${a ? '字' : b}`", 'line.textContent = "Not found";', 'Object.assign(a, { title: "More" })',
        'a.setAttribute("aria-label", "Close it")', "html`<p>Words ${a}</p>`", "html`<b>${a ? html`<i title='Words'></i>` : b}</b>`",
        "a = b.replace(/[`\"]/g, ''); c = '字'", "line.textContent = `Words ${a}`",
    ],
)  # fmt: skip
def test_words_in_a_script_are_found(text: str) -> None:
    assert in_script(text)


def test_codes_and_comments_are_no_words() -> None:
    assert (
        in_script('// 字 "words"\n/* Words */ a.title = "km"; b = "some_code"; html`<p class="words">${a} km</p>`')
        == []
    )
    assert in_template('{# 字 words #}<p class="words">{{ t.words }} km</p>'.replace("字", "")) == []


@pytest.mark.parametrize("path", TEXTS, ids=ids)
def test_every_text_is_in_both_languages(path: Path) -> None:
    for key, row in YAML(typ="safe").load(read(path)).items():
        assert set(row) == {"zh", "en"}, key
        assert all(isinstance(text, str) and text.strip() for text in row.values()), key
        bare = re.sub(r"\{\w+\}", "", row["zh"])
        if key != "other_language":  # it names the other language in its own words
            assert CHINESE.search(bare) or not re.search(r"[a-z]{4}", bare), row
        assert set(re.findall(r"\{\w+\}", row["zh"])) == set(re.findall(r"\{\w+\}", row["en"])), row


def _scripts(template: str) -> list[str]:
    """Return the scripts that a template starts; where it chooses one of some, all of them."""
    started = re.findall(r'<script[^>]* src="\{\{ static \}\}/js/(.*?)\.js"', template)
    return [f"{name}.js" for each in started for name in (re.findall(r"'([\w-]+)'", each) or [each])]


def _files_of(template: Path) -> Iterator[Path]:
    """Find what a page is made of: its templates, then its scripts and those that they load."""
    waiting, seen = [template], set()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.exists():
            continue
        seen.add(path)
        yield path
        text = read(path)
        if path.suffix == ".html":
            waiting += [
                WEB / "templates" / name
                for name in re.findall(r"""\{%-?\s*(?:extends|include|from)\s+"([^"]+)""", text)
            ]
            waiting += [STATIC / "js" / name for name in _scripts(text)]
        else:
            waiting += [path.parent / name for name in re.findall(r"""(?:from|import\(?)\s*"(\./[^"]+)""", text)]


PAGES = {path.stem: tuple(_files_of(path)) for path in TEMPLATES if (WEB / "texts" / f"{path.stem}.yaml").exists()}


_FUNCTION = re.compile(r"(?:export )?(?:(?:async )?function\*? |class |const (?=\w+ = (?:async )?(?:\(|\w+ =>)))(\w+)")


@cache
def _declared(path: Path) -> dict[str, str]:
    """Return the pieces of a script by the function that each declares; what runs at once is by no name."""
    pieces, name = {"": ""}, ""
    for line in read(path).splitlines(keepends=True):
        if found := _FUNCTION.match(line):
            name = found[1]
        elif not line.startswith((" ", "}", ")", "]", "\n")):
            name = ""
        pieces[name] = pieces.get(name, "") + line
    return pieces


@cache
def _imported(path: Path) -> dict[str, tuple[Path, str]]:
    """Return where the names come from that a script has from others."""
    found = {}
    for names, file in re.findall(r'import \{([^}]*)\} from "\./([^"]+)"', read(path)):
        for each in names.split(","):
            there, _, here = each.strip().partition(" as ")
            found[here or there] = (path.parent / file, there)
    return found


@cache
def _named(path: Path, name: str) -> set[str]:
    """Return the keys that a piece of a script asks for."""
    said = strings(_declared(path).get(name, ""))
    return {each.text for each in said if re.search(r"(?<![\w.])t\($", each.before) and HOLE not in each.text}


def _reached(page: tuple[Path, ...]) -> dict[str, set[str]]:
    """Return the keys that a page's templates and the functions it comes to name, by file."""
    keys = {path.name: set(re.findall(r"(?<![\w.])t\.(\w+)", " ".join(_JINJA.findall(read(path))))) for path in page}
    named = {name for path in page if path.suffix == ".html" for name in _scripts(read(path))}
    waiting = [(path, "") for path in page if path.name in named]
    seen = set(waiting)
    while waiting:
        path, name = waiting.pop()
        text = _declared(path).get(name, "")
        keys.setdefault(path.name, set()).update(_named(path, name))
        bare = re.sub(r"\"[^\"\n]*\"", "", re.sub(r"</?\w[\w-]*", "", text))
        words = set(re.findall(r"\w+", bare))
        come = {(path, word) for word in words & set(_declared(path))}
        come |= {where for word, where in _imported(path).items() if word in words}
        come |= {(path.parent / file, "") for file in re.findall(r'import (?:.* from )?"\./([^"]+)"', text)}
        loaded = [path.parent / file for file in re.findall(r'import\("\./([^"]+)"', text)]
        come |= {(file, each) for file in loaded for each in _declared(file)}
        waiting += come - seen
        seen |= come
    return keys


# the form has no button for the device's position, nor for a map to pick a place on
NOT_ASKED = {("permits_form", "driver_place.js"): {"here", "here_accuracy", "locate_failed", "locating", "picked"}}


@pytest.mark.parametrize("name", PAGES)
def test_every_key_that_a_page_names_has_a_text(name: str) -> None:
    there = set(texts(name, "zh"))
    lacking = {file: keys - there - NOT_ASKED.get((name, file), set()) for file, keys in _reached(PAGES[name]).items()}
    assert {file: keys for file, keys in lacking.items() if keys} == {}


def _naming(path: Path) -> tuple[set[str], list[re.Pattern[str]]]:
    """Return the keys that a file names anywhere, and the forms of those that it puts together."""
    if path.suffix == ".js":
        plain = {form for each in quoted(path) for form in (each.text, each.text.replace(".", "_"))} | set(
            re.findall(r"(\w+):", read(path))
        )
        forms = [each.text for each in quoted(path) if HOLE in each.text]
    else:
        source = read(path)
        plain = set(re.findall(r"(?<![\w.])t\.(\w+)", source)) | set(re.findall(r"""["'](\w+)["']""", source))
        forms = [f"{start}{HOLE}" for start in re.findall(r'"(\w+)" ~', source)]
        forms += [f"{HOLE}{end}" for end in re.findall(r'~ "(\w+)"', source)]
        forms += [re.sub(r"\{[^}]*\}", HOLE, form) for form in re.findall(r'f"([\w{}.\[\]]+)"', source)]
    fit = [form for form in forms if re.fullmatch(rf"[\w{HOLE}]+", form) and re.search(r"[a-z]{2}", form)]
    return plain, [re.compile(r"[\w.]+".join(map(re.escape, form.split(HOLE)))) for form in fit]


@pytest.mark.parametrize("path", TEXTS, ids=ids)
def test_no_text_is_left_that_no_page_uses(path: Path) -> None:
    of = path.stem
    belonging = [files for name, files in PAGES.items() if of in ("common", name, name.partition("_")[0])]
    files = {file for each in belonging for file in each} | set(WEB.glob("*.py"))
    plain: set[str] = {key for _, _, key in MENU}
    forms: list[re.Pattern[str]] = []
    for file in files:
        named, made = _naming(file)
        plain |= named
        forms += made
    keys = set(YAML(typ="safe").load(read(path)))
    assert sorted(key for key in keys - plain if not any(form.fullmatch(key) for form in forms)) == []
