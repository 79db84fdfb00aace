"""What every request passes before the application: plain ASGI, cheap, outermost first."""

from starlette.middleware import Middleware

from api.health.metrics import Metrics
from api.middleware.bounds import Bounds
from api.middleware.headers import SecurityHeaders
from api.middleware.log_file import LogFile
from api.middleware.proxy import TrustedProxy
from api.middleware.rates import Rates
from api.middleware.record import Record
from api.permits.files import ATTACHMENTS_PATH
from api.settings import Settings
from api.traces.files import PIECE_BYTES, PIECES_PATH

_DOCUMENT_PATHS = ("/v1/documents", "/v1/enterprises/import", "/v1/enterprises/sites")


def roomy(settings: Settings) -> tuple[tuple[str, str, int], ...]:
    """Return method and beginning of paths that take larger bodies than others, and how large."""
    return (
        ("PATCH", PIECES_PATH, PIECE_BYTES),
        ("POST", ATTACHMENTS_PATH, settings.attachment_bytes),
        *(("POST", path, max(settings.document_bytes, settings.body_bytes)) for path in _DOCUMENT_PATHS),
    )


def layers(settings: Settings, *, access: LogFile, faults: LogFile, metrics: Metrics) -> list[Middleware]:
    """Return the layers, outermost first.

    The proxy's word on who is asking comes first, for the record and the rates need it. The headers are outside the record,
    so that an answer to a fault inside has them too.

    Args:
        settings: limits.
        access: the log of requests.
        faults: the log of what broke.
        metrics: of this application.
    """
    proxy = [Middleware(TrustedProxy, proxies=settings.proxies)] if settings.behind_proxy else []
    return [
        *proxy,
        Middleware(SecurityHeaders, secure=settings.secure),
        Middleware(Record, access=access, faults=faults, metrics=metrics, believe_ids=settings.behind_proxy),
        Middleware(Rates, per_minute=settings.rate_per_minute, sign_ins_per_minute=settings.sign_ins_per_minute),
        Middleware(Bounds, body_bytes=settings.body_bytes, roomy=roomy(settings), request_s=settings.request_s),
    ]
