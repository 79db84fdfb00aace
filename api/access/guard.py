"""The one door: every request passes here before its route runs."""

from typing import Annotated

from fastapi import Depends, Request

from api.access.principal import Principal
from api.access.table import Reach, rules
from api.problems import Problem
from zones.text import Text

SAFE = {"GET", "HEAD", "OPTIONS"}


def guard(request: Request) -> Principal:
    """Find who is asking and whether the table lets them.

    Sets `request.state.reach` to `all` or `own`.

    Raises:
        Problem: 401 for nobody where somebody is needed, 403 for a role, key or origin that may not.
    """
    principal: Principal = request.app.state.identify(request)
    rule = rules()[request.scope["route"].operation_id]
    request.state.principal = principal
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
    request.state.reach = reach
    return principal


def reach_of(request: Request, _principal: Annotated[Principal, Depends(guard)]) -> Reach:
    """Return how far the caller reaches on this route."""
    reach: Reach = request.state.reach
    return reach


Caller = Annotated[Principal, Depends(guard)]
CallerReach = Annotated[Reach, Depends(reach_of)]
