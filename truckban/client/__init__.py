"""The service from Python: `Client(base_url, token)`. Needs the extra `client`."""

from truckban.client.client import Client
from truckban.client.problem import ClientProblem

__all__ = ["Client", "ClientProblem"]
