"""What pages may offer somebody, beyond their own contents."""

from api.access.principal import Principal
from api.access.table import rules
from api.privacy import may_see_plates


def may_find_permits(principal: Principal) -> bool:
    """Tell whether somebody may look for a plate's permits and read the applications they were granted on."""
    given = rules()
    reaches = all(principal.role in given[name].reach for name in ("web.application", "permits.list"))
    return reaches and may_see_plates(principal)
