"""One protected route. Settings: ISSUER, AUDIENCE, PORT, and JWKS_URI if the keys are not at ISSUER/jwks."""

import os
from typing import Annotated, Any

import jwt
import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException

ISSUER = os.environ["ISSUER"]
AUDIENCE = os.environ["AUDIENCE"]
keys = jwt.PyJWKClient(os.environ.get("JWKS_URI", f"{ISSUER}/jwks"))
app = FastAPI()


def refuse(status: int, error: str | None = None, **details: str) -> HTTPException:
    """A refusal with its challenge (RFC 6750, section 3)."""
    parts = ({"error": error} if error else {}) | details
    challenge = ", ".join(f'{name}="{value}"' for name, value in parts.items())
    return HTTPException(status, error, {"WWW-Authenticate": f"Bearer {challenge}".strip()})


def access_token(authorization: Annotated[str, Header()] = "") -> dict[str, Any]:
    """The claims of a valid access token (RFC 9068)."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise refuse(401)
    try:
        decoded = jwt.decode_complete(
            token,
            keys.get_signing_key_from_jwt(token),
            algorithms=["ES256"],
            issuer=ISSUER,
            audience=AUDIENCE,
            options={"require": ["exp", "iat", "sub", "client_id"]},
        )
    except jwt.PyJWKClientConnectionError as error:
        raise HTTPException(503, "the keys of the issuer can't be loaded") from error
    except jwt.PyJWTError as error:
        raise refuse(401, "invalid_token") from error
    # An ID token has the same issuer and keys, but another type.
    if decoded["header"].get("typ", "").lower().removeprefix("application/") != "at+jwt":
        raise refuse(401, "invalid_token")
    claims = decoded["payload"]
    # A token that is bound to a key is worth nothing without a proof (RFC 9449), which is not checked here.
    if "cnf" in claims:
        raise refuse(401, "invalid_token")
    return claims


def require(scope: str, group: str):
    """A dependency that lets a person with this scope and in this group pass."""

    def check(claims: Annotated[dict[str, Any], Depends(access_token)]) -> dict[str, Any]:
        if scope not in claims.get("scope", "").split():
            raise refuse(403, "insufficient_scope", scope=scope)
        if group not in claims.get("groups", []):
            raise refuse(403, "insufficient_group")
        return claims

    return check


@app.get("/orders")
def orders(claims: Annotated[dict[str, Any], Depends(require("orders:read", "example:staff"))]) -> dict[str, Any]:
    return {"subject": claims["sub"], "orders": []}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]))
