"""The store, for commands."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from api.problems import Problem
from api.settings import Settings
from api.store.database import Store
from api.store.schema import newest, revision_of
from api.store.swapping import finish_restore
from zones.errors import InputError
from zones.text import Text


@contextmanager
def store_of(settings: Settings) -> Iterator[Store]:
    """Open the store that settings name, and close it in the end; a restore that was broken off is finished first.

    Raises:
        InputError: it cannot be finished.
        DBAPIError: it has to be, and the store does not answer.
    """
    store = Store(settings.url)
    try:
        finish_restore(store, settings.data_dir)
        yield store
    finally:
        store.close()


@contextmanager
def opened_store() -> Iterator[tuple[Settings, Store]]:
    """Open the store that the settings name, at the revision of this program.

    Raises:
        InputError: it does not answer, or stands at another revision; or what was asked cannot be done.
    """
    settings = Settings.of_environment()
    store = Store(settings.url)
    try:
        finish_restore(store, settings.data_dir)
        if revision_of(store) != newest():
            text = Text(
                "数据库不是本程序的版本；请先运行 truckban db migrate",
                "the store is of another version: run truckban db migrate",
            )
            raise InputError(text, field="TRUCKBAN_DATABASE_URL")
        yield settings, store
    except Problem as problem:
        raise InputError(problem.text) from None
    except DBAPIError as error:
        text = Text(f"数据库没有响应：{type(error).__name__}", f"the store does not answer: {type(error).__name__}")
        raise InputError(text, field="TRUCKBAN_DATABASE_URL") from None
    finally:
        store.close()
