"""All routers of accounts."""

from api.accounts.account_routes import router as accounts
from api.accounts.key_routes import router as keys
from api.accounts.oidc_routes import router as oidc
from api.accounts.session_routes import router as session

ROUTERS = (session, oidc, accounts, keys)
