"""The contract of the official GOV.UK One Login simulator (github.com/govuk-one-login/simulator, `docs/` and what its
endpoints check), in process: the same endpoints, the same claims, the same errors, configured by the same names.

Written from its documents and behaviour; where its source and the technical documentation differ, the stricter holds.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harbour.identity.one_login import HttpAnswer

BASE = "http://localhost:3000"
CLIENT = "HGIOgho9HIRhgoepdIOPFdIUWgewi0jw"
REDIRECT = "https://portal.example/portal/one-login"
AFTER_LOGOUT = "https://portal.example/portal/"
SUBJECT = "urn:fdc:gov.uk:2022:56P4CMsGh_02YOlWpd8PAOI-2sVlB2nsNU7mcLZYhYw="
SESSION = "50a9041b5d57cb53632a0e9259864b71"
DAY = 86_400


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Watch(Protocol):
    at: datetime

    def now(self) -> datetime: ...


@dataclass
class Clock:
    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Simulator:
    """`authorise_errors` and `id_token_errors` as in its `errorConfiguration`; ``down`` is a set of paths; ``subject``
    is who signs in.
    """

    clock: Watch
    algorithm: str = "ES256"
    authorise_errors: set[str] = field(default_factory=set)
    id_token_errors: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    key_name: str = "first"
    keys_name_algorithms: bool = True
    subject: str = SUBJECT
    sub_at_userinfo: str = SUBJECT
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    assertions: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    # -- what our client asks (the port `Http`) ------------------------------------------------------------------------

    def get(self, url: str, headers: Mapping[str, str]) -> HttpAnswer:
        path = urlsplit(url).path
        self.calls.append(f"GET {path}")
        if path in self.down:
            return HttpAnswer(503, b"<html>")
        match path:
            case "/.well-known/openid-configuration":
                return self._answer(200, self.discovery())
            case "/.well-known/jwks.json":
                return self._answer(200, {"keys": self.keys()})
            case "/userinfo":
                return self._userinfo(headers.get("Authorization", ""))
            case _:
                return HttpAnswer(404, b"")

    def post(self, url: str, form: Mapping[str, str]) -> HttpAnswer:
        path = urlsplit(url).path
        self.calls.append(f"POST {path}")
        if path in self.down:
            return HttpAnswer(0)
        assert path == "/token"
        return self._token(form)

    # -- what the browser asks -----------------------------------------------------------------------------------------

    def authorize(self, url: str) -> tuple[int, dict[str, str]]:
        """Status, and the query with which the browser is sent back."""
        assert url.startswith(f"{BASE}/authorize?")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}
        assert all(len(values) == 1 for values in parse_qs(urlsplit(url).query).values())
        if asked.get("client_id") != CLIENT or asked.get("redirect_uri") != REDIRECT:
            return 400, {}
        state = asked.get("state", "")
        problem = self._wrong_in(asked)
        if problem:
            return 302, {"error": problem[0], "error_description": problem[1], "state": state}
        code = unpadded(uuid4().bytes * 2)
        self.codes[code] = asked
        return 302, {"code": code, "state": state}

    def logout(self, url: str) -> str:
        """Where the browser ends up."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        hint, back = asked.get("id_token_hint"), asked.get("post_logout_redirect_uri")
        if not hint:
            return "https://gov.uk"
        claims = jwt.decode(hint, options={"verify_signature": False})
        if claims["aud"] != CLIENT:
            return f"https://gov.uk?{urlencode({'error_code': 'unauthorized_client'})}"
        return back if back == AFTER_LOGOUT else "https://gov.uk?error_code=invalid_request"

    def logout_token(self, **changes: Any) -> str:
        """What One Login posts to `back_channel_logout_uri` as `logout_token`; None takes a claim away."""
        now = int(self.clock.at.timestamp())
        claims = {
            "iss": f"{BASE}/",
            "sub": SUBJECT,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": str(uuid4()),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **changes,
        }
        return self.signed({name: value for name, value in claims.items() if value is not None}, typ="logout+jwt")

    # -- contract ------------------------------------------------------------------------------------------------------

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": f"{BASE}/",
            "authorization_endpoint": f"{BASE}/authorize",
            "token_endpoint": f"{BASE}/token",
            "userinfo_endpoint": f"{BASE}/userinfo",
            "jwks_uri": f"{BASE}/.well-known/jwks.json",
            "end_session_endpoint": f"{BASE}/logout",
            "scopes_supported": ["openid", "email", "phone"],
            "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        }

    def keys(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for algorithm, key in (("ES256", ec_key(self.key_name)), ("RS256", rsa_key(self.key_name))):
            made = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
            one = {**made, "kid": self._kid(algorithm), "use": "sig"}
            found.append(one | {"alg": algorithm} if self.keys_name_algorithms else one)
        return found

    def signed(self, claims: Mapping[str, Any], *, key_name: str = "", typ: str | None = None) -> str:
        key = ec_key(key_name or self.key_name) if self.algorithm == "ES256" else rsa_key(key_name or self.key_name)
        headers: dict[str, Any] = {"kid": self._kid(self.algorithm), **({"typ": typ} if typ else {})}
        return jwt.encode(dict(claims), key, algorithm=self.algorithm, headers=headers)

    def _kid(self, algorithm: str) -> str:
        return f"{self.key_name}-{algorithm}"

    def _wrong_in(self, asked: Mapping[str, str]) -> tuple[str, str] | None:
        checks = (
            (not asked.get("state"), ("invalid_request", "Request is missing state parameter")),
            (asked.get("response_type") != "code", ("unsupported_response_type", "Unsupported response type")),
            (
                not set(asked.get("scope", "").split()) <= {"openid", "email", "phone"}
                or "openid" not in asked.get("scope", ""),
                ("invalid_scope", "Invalid, unknown or malformed scope"),
            ),
            (not asked.get("nonce"), ("invalid_request", "Request is missing nonce parameter")),
            (
                json.loads(asked.get("vtr", "[]")) not in (["Cl"], ["Cl.Cm"]),
                ("invalid_request", "Request vtr not valid"),
            ),
            (not asked.get("code_challenge"), ("invalid_request", "Invalid value for code_challenge parameter.")),
            (
                asked.get("code_challenge_method") != "S256",
                ("invalid_request", "Invalid value for code_challenge_method parameter."),
            ),
            ("ACCESS_DENIED" in self.authorise_errors, ("access_denied", "Access denied by resource owner")),
            (
                "TEMPORARILY_UNAVAILABLE" in self.authorise_errors,
                ("temporarily_unavailable", "The authorization server is temporarily unavailable"),
            ),
        )
        return next((problem for wrong, problem in checks if wrong), None)

    def _token(self, form: Mapping[str, str]) -> HttpAnswer:
        now = int(self.clock.at.timestamp())
        if form.get("grant_type") != "authorization_code":
            return self._error("unsupported_grant_type")
        if not form.get("redirect_uri") or not form.get("code"):
            return self._error("invalid_request")
        if form.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            return self._error("invalid_request")
        try:
            assertion = jwt.decode(
                form["client_assertion"],
                rsa_key("ours").public_key(),
                algorithms=["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
                audience=f"{BASE}/token",
                options={"verify_exp": False, "verify_iat": False, "require": ["sub", "iss", "aud", "exp", "jti"]},
            )
        except jwt.PyJWTError:
            return self._error("invalid_client")
        if assertion["sub"] != assertion["iss"] or assertion["sub"] != CLIENT:
            return self._error("invalid_client", 401)
        if now > assertion["exp"] or assertion["exp"] > now + 300 or assertion["jti"] in self.assertions:
            return self._error("invalid_grant")
        self.assertions.add(assertion["jti"])
        # A code is good once.
        asked = self.codes.pop(form["code"], None)
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return self._error("invalid_grant")
        challenge = unpadded(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if challenge != asked["code_challenge"]:
            return self._error("invalid_grant")
        access = self.signed(
            {"sub": self.subject, "scope": asked["scope"].split(), "client_id": CLIENT, "exp": now + 180}
        )
        return self._answer(
            200,
            {"access_token": access, "token_type": "Bearer", "expires_in": 180, "id_token": self._id(asked, access)},
        )

    def _id(self, asked: Mapping[str, str], access: str) -> str:
        wrong, now = self.id_token_errors, int(self.clock.at.timestamp())
        (vector,) = json.loads(asked["vtr"])
        token = self.signed(
            {
                "iat": now + DAY if "TOKEN_NOT_VALID_YET" in wrong else now,
                "exp": now - DAY if "TOKEN_EXPIRED" in wrong else now + 120,
                "at_hash": unpadded(hashlib.sha256(access.encode()).digest()[:16]),
                "sub": self.subject,
                "aud": uuid4().hex if "INVALID_AUD" in wrong else CLIENT,
                "iss": "https://example.com/identity-provider" if "INVALID_ISS" in wrong else f"{BASE}/",
                "sid": SESSION,
                "vot": {"Cl.Cm": "Cl", "Cl": "Cl.Cm"}[vector] if "INCORRECT_VOT" in wrong else vector,
                "nonce": uuid4().hex if "NONCE_NOT_MATCHING" in wrong else asked["nonce"],
                "vtm": f"{BASE}/trustmark",
            }
        )
        header, payload, signature = token.split(".")
        if "INVALID_ALG_HEADER" in wrong:
            header = unpadded(json.dumps({"kid": self._kid(self.algorithm), "alg": "HS256"}).encode())
        if "INVALID_SIGNATURE" in wrong:
            signature = unpadded(bytes(64))
        return f"{header}.{payload}.{signature}"

    def _userinfo(self, authorization: str) -> HttpAnswer:
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer":
            return HttpAnswer(401, b"")
        claims = jwt.decode(token, options={"verify_signature": False})
        if claims["client_id"] != CLIENT or claims["exp"] < self.clock.at.timestamp():
            return HttpAnswer(401, b"")
        told: dict[str, Any] = {"sub": self.sub_at_userinfo}
        if "email" in claims["scope"]:
            told |= {"email": "dana@example.org", "email_verified": True}
        return self._answer(200, told)

    def _error(self, code: str, status: int = 400) -> HttpAnswer:
        return self._answer(status, {"error": code, "error_description": "in words"})

    def _answer(self, status: int, body: object) -> HttpAnswer:
        return HttpAnswer(status, json.dumps(body).encode())
