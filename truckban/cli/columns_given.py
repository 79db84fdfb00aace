"""`--column`: which column of a file is which."""

from collections.abc import Iterable

import click

from truckban.cli.language import Speaker


def column_option(say: Speaker, zh: str, en: str) -> click.Option:
    """Build the option, which may be repeated."""
    return click.Option(["--column"], multiple=True, metavar="NAME=COLUMN", help=say(zh, en))


def chosen_columns(pairs: tuple[str, ...], names: Iterable[str], say: Speaker) -> dict[str, str]:
    """Return the columns that the option names, by the names that a column can be given.

    Raises:
        click.UsageError: a pair is none, or its name is none of these.
    """
    known = tuple(names)
    chosen = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not equals or name not in known or not column:
            listed = ", ".join(known)
            raise click.UsageError(
                say(
                    f"--column {pair}：应写作 名=列名，名是 {listed} 之一",
                    f"--column {pair}: write NAME=COLUMN; NAME is one of {listed}",
                )
            )
        chosen[name] = column
    return chosen
