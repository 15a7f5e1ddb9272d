"""Who calls: the bearer token of a request, and whether it has the scope that an endpoint needs."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request

from digest.model.api import ApiToken, Scope
from digest.web.api.problems import invalid
from digest.web.clients import network_of
from digest.web.page_request import client_of
from digest.web.site import Site

_BEARER = HTTPBearer(auto_error=False, scheme_name="token", description="A token made by `digest tokens add`.")


async def site_of(request: Request) -> Site:
    """The installation that the request is for."""
    site: Site = request.app.state.site
    return site


ThisSite = Annotated[Site, Depends(site_of)]


@dataclass(frozen=True)
class Requires:
    """A dependency: the token of the request, which has this scope (None: any). Raises HTTPException 401, 403, 429.

    It is that of every endpoint, and also refuses a query of which one parameter would count for nothing.
    """

    scope: Scope | None

    def __call__(
        self,
        request: Request,
        site: ThisSite,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> ApiToken:
        """Find the token."""
        if credentials is None:
            raise HTTPException(401, "a token is needed: Authorization: Bearer …", {"www-authenticate": "Bearer"})
        token = site.app.api_tokens.find(credentials.credentials)
        if token is None:
            network = network_of(client_of(request, site.app.settings.web.trusted_proxies))
            if not site.app.api_tokens.count_wrong(site.hashed(network), site.now):
                raise HTTPException(429, "too many requests with a wrong token", {"retry-after": "3600"})
            raise HTTPException(401, "the token is not valid", {"www-authenticate": 'Bearer error="invalid_token"'})
        if self.scope is not None and not token.may(self.scope):
            needed = f'Bearer error="insufficient_scope", scope="{self.scope}"'
            raise HTTPException(403, f"the token needs the scope {self.scope}", {"www-authenticate": needed})
        _require_described_query(request)
        return token


def _require_described_query(request: Request) -> None:
    """Raise the error of a request that is not valid for a parameter that its endpoint does not have.

    A filter or a status whose name is mistyped would be left out silently: a list would have all entries, and an import
    would subscribe people who left.
    """
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise invalid(f"query.{unknown[0]}", "there is no such parameter")


Known = Annotated[ApiToken, Depends(Requires(None))]
Subscribing = Annotated[ApiToken, Depends(Requires(Scope.SUBSCRIBE))]
Reading = Annotated[ApiToken, Depends(Requires(Scope.READ))]
Managing = Annotated[ApiToken, Depends(Requires(Scope.MANAGE))]
