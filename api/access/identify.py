"""From a request to who is asking."""

from fastapi import Request

from api.access.principal import Principal


def identify(request: Request) -> Principal:
    """Return who is asking: the session's person, the key's account, or nobody."""
    address = request.client.host if request.client else "unknown"
    return Principal("anonymous", f"address:{address}")
