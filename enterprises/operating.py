"""What an operator says of a registry besides lists and sites: other names, credit codes, and that a list does not count.

Nothing here writes; who said it, and when, is kept in the registry (`Act`) for good.
"""

import datetime as dt
from dataclasses import dataclass, replace

from enterprises.codes import read_code
from enterprises.errors import EnterpriseError, Text
from enterprises.naming.normal import normal
from enterprises.registry import Act, Alias, Enterprise, ListDocument, Registry

_MOST_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Said:
    """Who says so (an operator, a document) and when."""

    by: str
    date: dt.date

    def __post_init__(self) -> None:
        """Refuse a word that is nobody's."""
        if not self.by.strip():
            raise EnterpriseError(Text("要写明是谁说的", "it must be said who says so"), field="by")


def with_alias(registry: Registry, enterprise: str, name: str, said: Said) -> Registry:
    """Return a registry in which an enterprise is known by one more name.

    Raises:
        EnterpriseError: no such enterprise; the name is empty, is its own already, or is another's.
    """
    one, name = _enterprise(registry, enterprise), name.strip()
    if not normal(name) or len(name) > _MOST_LENGTH:
        raise EnterpriseError(
            Text(f"名称应有 1 到 {_MOST_LENGTH} 个字", f"a name has 1 to {_MOST_LENGTH} characters"), field="name"
        )
    for owner, known in _names(registry):
        if normal(known) != normal(name):
            continue
        whose = registry.entry(owner, registry.latest).name
        same = Text(f"“{name}”已经是这家企业的名称", f"{name} is a name of this enterprise already")
        other = Text(f"“{name}”已经是“{whose}”的名称", f"{name} is a name of {whose} already")
        raise EnterpriseError(same if owner == enterprise else other, field="name")
    changed = replace(one, aliases=(*one.aliases, Alias(name, said.by, said.date)))
    return _changed(registry, changed, Act("alias", enterprise, said.by, said.date, name))


def without_alias(registry: Registry, enterprise: str, name: str, said: Said) -> Registry:
    """Return a registry in which an enterprise no longer has an alias.

    Raises:
        EnterpriseError: no such enterprise, or no such alias.
    """
    one = _enterprise(registry, enterprise)
    left = tuple(alias for alias in one.aliases if normal(alias.name) != normal(name))
    if len(left) == len(one.aliases):
        raise EnterpriseError(Text(f"这家企业没有别名“{name}”", f"the enterprise has no alias {name}"), field="name")
    return _changed(registry, replace(one, aliases=left), Act("alias.remove", enterprise, said.by, said.date, name))


def with_code(registry: Registry, enterprise: str, code: str, said: Said) -> Registry:
    """Return a registry in which an enterprise has a unified social credit code, in place of what was known.

    Raises:
        EnterpriseError: no such enterprise; no such code can be (GB 32100-2015); it is known already, or another's.
    """
    one, code = _enterprise(registry, enterprise), read_code(code)
    owner = next((other for other in registry.enterprises if registry.code_of(other) == code), None)
    if owner is not None:
        whose = registry.entry(owner, registry.latest).name
        same = Text("这个代码已经登记", "this code is known already")
        other = Text(f"代码 {code} 已经是“{whose}”的", f"the code {code} is that of {whose} already")
        raise EnterpriseError(same if owner == enterprise else other, field="credit_code")
    return _changed(registry, replace(one, credit_code=code), Act("code", enterprise, said.by, said.date, code))


def without_code(registry: Registry, enterprise: str, said: Said) -> Registry:
    """Return a registry in which an operator's credit code is taken back; one that a list gives stays.

    Raises:
        EnterpriseError: no such enterprise, or no code was given by an operator.
    """
    one = _enterprise(registry, enterprise)
    if one.credit_code is None:
        raise EnterpriseError(
            Text("没有人工登记的代码可以撤销", "no code was given by an operator"), field="credit_code"
        )
    act = Act("code.remove", enterprise, said.by, said.date, one.credit_code)
    return _changed(registry, replace(one, credit_code=None), act)


def with_list_withdrawn(registry: Registry, list_id: str, said: Said, why: str) -> Registry:
    """Return a registry in which a list no longer counts; it is kept, and the list before it goes on holding.

    Raises:
        EnterpriseError: no such list, no reason, or it is the only one.
    """
    document = _list(registry.lists, list_id)
    if not why.strip():
        raise EnterpriseError(Text("要写明原因", "a reason is needed"), field="why")
    if len(registry.lists) == 1:
        raise EnterpriseError(
            Text(
                f"{list_id} 是唯一的名单，撤回后就没有名单了；先导入另一份",
                f"{list_id} is the only list, without it there would be none; import another one first",
            ),
            field="list",
        )
    return replace(
        registry,
        lists=tuple(one for one in registry.lists if one is not document),
        withdrawn=(*registry.withdrawn, document),
        acts=(*registry.acts, Act("withdraw", list_id, said.by, said.date, why)),
        sha256=None,
    )


def with_list_restored(registry: Registry, list_id: str, said: Said, why: str) -> Registry:
    """Return a registry in which a withdrawn list counts again; that it was withdrawn stays written.

    Raises:
        EnterpriseError: no such list was withdrawn, no reason, or another holds from the same day.
    """
    document = _list(registry.withdrawn, list_id)
    if not why.strip():
        raise EnterpriseError(Text("要写明原因", "a reason is needed"), field="why")
    return replace(
        registry,
        lists=tuple(sorted((*registry.lists, document), key=lambda one: one.valid_from)),
        withdrawn=tuple(one for one in registry.withdrawn if one is not document),
        acts=(*registry.acts, Act("restore", list_id, said.by, said.date, why)),
        sha256=None,
    )


def _enterprise(registry: Registry, enterprise: str) -> Enterprise:
    if enterprise not in registry.enterprises:
        raise EnterpriseError(
            Text(f"没有编号 {enterprise} 的企业", f"no enterprise has the id {enterprise}"), field="enterprise"
        )
    return registry.enterprises[enterprise]


def _list(documents: tuple[ListDocument, ...], list_id: str) -> ListDocument:
    found = next((document for document in documents if document.id == list_id), None)
    if found is None:
        listed = ", ".join(document.id for document in documents) or "-"
        raise EnterpriseError(
            Text(f"没有名单 {list_id}；有：{listed}", f"there is no list {list_id}; there are: {listed}"), field="list"
        )
    return found


def _names(registry: Registry) -> list[tuple[str, str]]:
    return [
        (enterprise, name)
        for enterprise, one in registry.enterprises.items()
        for name in (*(name for name, _ in registry.names(enterprise)), *(alias.name for alias in one.aliases))
    ]


def _changed(registry: Registry, one: Enterprise, act: Act) -> Registry:
    return replace(registry, enterprises={**registry.enterprises, one.id: one}, acts=(*registry.acts, act), sha256=None)
