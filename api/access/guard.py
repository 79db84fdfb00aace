"""The one door: every request passes here before its route runs."""

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.access.identify import shows_something
from api.access.principal import Principal
from api.access.table import Reach, Rule, rules
from api.problems import Problem
from api.query_text import check_query
from zones.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable


async def guard(request: Request) -> Principal:
    """Find who is asking and whether the table lets them.

    Sets `request.state.principal`, and `request.state.reach` to `all` or `own`. The store is asked in a thread; a request
    that shows nothing costs no thread.

    Raises:
        Problem: 401 for nobody where somebody is needed, 403 for a role, key or origin that may not, 422 for a query that is no text.
    """
    identify: Callable[[Request], Principal] = request.app.state.identify
    principal = await run_in_threadpool(identify, request) if shows_something(request) else identify(request)
    request.state.principal = principal
    request.state.reach = allowed(rules()[request.scope["route"].operation_id], principal)
    check_query(request.scope["query_string"])
    return principal


def allowed(rule: Rule, principal: Principal) -> Reach:
    """Return how far somebody reaches under a rule.

    Raises:
        Problem: 401 or 403; not at all.
    """
    reach = rule.reach.get(principal.role)
    if reach is None:
        if principal.role == "anonymous":
            raise Problem(
                401,
                "sign_in",
                Text("请先登录", "sign in first"),
                headers={"WWW-Authenticate": 'Bearer realm="truckban"'},
            )
        raise Problem(403, "forbidden", Text("您的角色不能这样做", "your role may not do this"))
    if principal.scopes is not None and rule.scope not in principal.scopes:
        raise Problem(
            403,
            "scope",
            Text(f"这把密钥没有 {rule.scope} 权限", f"this key has no scope {rule.scope}"),
            more={"scope": rule.scope},
        )
    return reach


async def reach_of(request: Request, _principal: Annotated[Principal, Depends(guard)]) -> Reach:
    """Return how far the caller reaches on this route."""
    reach: Reach = request.state.reach
    return reach


Caller = Annotated[Principal, Depends(guard)]
CallerReach = Annotated[Reach, Depends(reach_of)]
