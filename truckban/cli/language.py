"""Which of the interface's two languages to speak."""

from collections.abc import Mapping, Sequence

from zones.text import Text


class Speaker:
    """Says things in one language."""

    def __init__(self, lang: str) -> None:
        """Take `zh` or `en`."""
        self.lang = lang

    def __call__(self, zh: str, en: str) -> str:
        """Return the sentence in the speaker's language."""
        return Text(zh, en).of(self.lang)


def language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return `zh` or `en`: what `--lang` says, else the environment, else Chinese.

    An environment that names no language (C, POSIX, nothing) gets the interface's first language.
    """
    for number, argument in enumerate(arguments):
        if argument == "--lang" and number + 1 < len(arguments):
            return "zh" if arguments[number + 1] == "zh" else "en"
        if argument.startswith("--lang="):
            return "zh" if argument == "--lang=zh" else "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            named = value.split(".")[0].split("_")[0].lower()
            return "zh" if named in ("zh", "c", "posix") else "en"
    return "zh"
