"""The tables of access as a page for people (`docs/service/access.md`)."""

from api.access.table import PERSON, ROLES, rules

_HEAD = """# Who may do what

Written by `truckban account rights --out docs/service/access.md` from `api/access/tables/*.yaml`; a test holds it to them.

*all*: everything; *own*: one's own, and what is not one's own does not exist (404); empty: refused (401 for nobody, 403 for
others). *Scope* is what an API key needs beside its account's role; `session` is a scope that no key has. Operations marked
with `?` are POSTs that only ask and change nothing. What stands in no table is refused, and the service does not start with
a route that has no row.
"""


def access_page() -> str:
    """Return the page."""
    lines = [_HEAD]
    last = ""
    for operation, rule in sorted(rules().items()):
        feature = operation.partition(".")[0]
        if feature != last:
            lines += [
                "",
                f"## {feature}",
                "",
                f"| operation | scope | {' | '.join(ROLES)} |",
                "|---" * (len(ROLES) + 2) + "|",
            ]
            last = feature
        marks = " | ".join(rule.reach.get(role, "") for role in ROLES)
        scope = f"*{rule.scope}*" if rule.scope == PERSON else f"`{rule.scope}`"
        lines.append(f"| `{operation}`{'?' if rule.asks else ''} | {scope} | {marks} |")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"
