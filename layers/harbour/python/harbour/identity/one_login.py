"""GOV.UK One Login: the way in that a force may switch on beside its own. Only the protocol: One Login does not know
who somebody is in a crime system. What `harbour.identity.victims` asks is asked once, and their `subject` kept then.

By the technical documentation (tech-docs.account.gov.uk): authorization code with PKCE, ``private_key_jwt``, vector of
trust ``Cl.Cm``, ID tokens checked by the published keys, log-out there and here (back-channel). What is wrong ends it:
there is no half-verified answer. Nothing here keeps state; whoever calls keeps a :class:`Begun` for as long as somebody
is away, and the ids of log-out tokens for three minutes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

import jwt

from harbour.runtime.clock import Clock
from harbour.runtime.errors import Forbidden, Unavailable

VECTOR: Final = "Cl.Cm"
"""Medium: a password and a second factor."""
SKEW: Final = timedelta(seconds=30)
"""So far the clocks of One Login and ours may differ."""
ASSERTION_LIFETIME: Final = timedelta(minutes=5)
KEYS_LIFETIME: Final = timedelta(hours=24)
KEYS_PAUSE: Final = timedelta(minutes=1)
"""So often at most the keys are fetched for a token that names an unknown one: anybody can invent a name."""
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"

_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS: Final = {"EC": "ES256", "RSA": "RS256"}
"""What One Login signs with, by the kind of the key: a token cannot choose its own."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer; status 0 for none."""

    status: int
    body: bytes = b""


class Http(Protocol):
    """Sends one request, follows no redirect, waits for seconds only, and always sets a ``User-Agent``: One Login
    answers 403 without."""

    def get(self, url: str, headers: Mapping[str, str]) -> HttpAnswer:
        """GET."""
        ...

    def post(self, url: str, form: Mapping[str, str]) -> HttpAnswer:
        """POST of a form."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OneLoginSettings:
    """What the force has registered.

    Attributes
    ----------
    discovery
        Base address of the environment: ``https://oidc.account.gov.uk``.
    private_key
        PEM of the RSA key whose public half is registered; from Secrets Manager.
    key_id
        Its id, where a JWKS address is registered instead of the key itself; else empty.
    """

    discovery: str
    client_id: str
    redirect_uri: str
    post_logout_uri: str
    private_key: str
    key_id: str = ""
    scopes: tuple[str, ...] = ("openid",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where One Login is, by its discovery document."""

    issuer: str
    authorize: str
    token: str
    userinfo: str
    keys: str
    logout: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Somebody was sent away to sign in. Kept on our side until they are back; the page gets only ``url``."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody who signed in there.

    Attributes
    ----------
    subject
        Always the same for this person and this service; says nothing about them.
    session
        ``sid`` there, empty if they name none.
    id_token
        Needed to sign out there.
    """

    subject: str
    session: str
    id_token: str
    access_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedOut:
    """One Login says that somebody signed out there: all their sessions here must end.

    ``ident`` must not have been seen in the last three minutes.
    """

    subject: str
    ident: str


class OneLogin:
    """The client of one registered service."""

    def __init__(
        self,
        settings: OneLoginSettings,
        http: Http,
        clock: Clock,
        token: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._token = token
        self._endpoints: Endpoints | None = None
        self._keys: dict[str, jwt.PyJWK] = {}
        self._keys_at: datetime | None = None

    def begin(self, language: str = "en") -> Begun:
        """Where to send the browser, and what to remember until it is back.

        Raises
        ------
        Unavailable
        """
        verifier, state, nonce = (self._token() for _ in range(3))
        query = {
            "response_type": "code",
            "scope": " ".join(self._settings.scopes),
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.redirect_uri,
            "state": state,
            "nonce": nonce,
            "vtr": json.dumps([VECTOR]),
            # One Login speaks these two.
            "ui_locales": "cy" if language == "cy" else "en",
            "code_challenge": _base64(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        url = f"{self._found().authorize}?{urlencode(query)}"
        return Begun(url=url, state=state, nonce=nonce, verifier=verifier)

    def finish(self, begun: Begun, query: Mapping[str, str]) -> Identity:
        """Who came back.

        Parameters
        ----------
        query
            Of the address with which the browser came back.

        Raises
        ------
        Forbidden
            ``one_login_refused``: they gave up, or something does not fit together.
        Unavailable
            ``one_login_unavailable``
        """
        if not _same(query.get("state", ""), begun.state):
            raise _refused()
        if error := query.get("error"):
            raise _unavailable() if error in ("temporarily_unavailable", "server_error") else _refused()
        if not query.get("code"):
            raise _refused()
        found = self._found()
        answer = self._http.post(
            found.token,
            {
                "grant_type": "authorization_code",
                "code": query["code"],
                "redirect_uri": self._settings.redirect_uri,
                "client_assertion_type": _ASSERTION_TYPE,
                "client_assertion": self._assertion(found.token),
                "code_verifier": begun.verifier,
            },
        )
        tokens = _object(answer)
        id_token, access_token = str(tokens.get("id_token", "")), str(tokens.get("access_token", ""))
        claims = self._verified(id_token, ("nonce", "vot", "exp"))
        if not _same(str(claims["nonce"]), begun.nonce) or claims["vot"] != VECTOR:
            raise _refused()
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        if "at_hash" in claims and not _same(str(claims["at_hash"]), _base64(half)):
            raise _refused()
        return Identity(
            subject=claims["sub"], session=str(claims.get("sid", "")), id_token=id_token, access_token=access_token
        )

    def attributes(self, identity: Identity) -> Mapping[str, Any]:
        """What One Login tells of the person in the registered scopes: ``email``, ``email_verified``, ….

        Raises
        ------
        Forbidden, Unavailable
            As :meth:`finish`.
        """
        answer = self._http.get(self._found().userinfo, {"Authorization": f"Bearer {identity.access_token}"})
        told = _object(answer)
        if told.get("sub") != identity.subject:
            raise _refused()
        return told

    def logout_url(self, id_token: str) -> str:
        """Where to send the browser so that they are signed out there, too, and come back."""
        query = {"id_token_hint": id_token, "post_logout_redirect_uri": self._settings.post_logout_uri}
        return f"{self._found().logout}?{urlencode(query)}"

    def logged_out(self, logout_token: str) -> LoggedOut:
        """What a back-channel log-out says. Answer it with 200, whoever it is about.

        Raises
        ------
        Forbidden
            ``one_login_refused``: it is no log-out token of One Login for us.
        Unavailable
        """
        claims = self._verified(logout_token, ("jti", "events", "exp"))
        events = claims["events"]
        # An ID token must never be taken for one: it has a nonce, and no events.
        if "nonce" in claims or not isinstance(events, dict) or events != {LOGOUT_EVENT: {}}:
            raise _refused()
        return LoggedOut(subject=claims["sub"], ident=str(claims["jti"]))

    # -- means -----------------------------------------------------------------------------------------------------

    def _found(self) -> Endpoints:
        if self._endpoints is None:
            base = self._settings.discovery.rstrip("/")
            document = _object(self._http.get(f"{base}/.well-known/openid-configuration", {}))
            try:
                found = Endpoints(
                    issuer=str(document["issuer"]),
                    authorize=str(document["authorization_endpoint"]),
                    token=str(document["token_endpoint"]),
                    userinfo=str(document["userinfo_endpoint"]),
                    keys=str(document["jwks_uri"]),
                    logout=str(document["end_session_endpoint"]),
                )
            except KeyError:
                raise _unavailable() from None
            for url in (found.issuer, found.authorize, found.token, found.userinfo, found.keys, found.logout):
                # The document says where our assertion goes: nowhere else than to who gave it.
                if urlsplit(url)[:2] != urlsplit(base)[:2]:
                    raise _unavailable()
            self._endpoints = found
        return self._endpoints

    def _assertion(self, audience: str) -> str:
        """That it is us who asks, good once and for five minutes."""
        now = self._clock.now()
        claims = {
            "aud": audience,
            "iss": self._settings.client_id,
            "sub": self._settings.client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTION_LIFETIME).timestamp()),
            "jti": self._token(),
        }
        headers = {"kid": self._settings.key_id} if self._settings.key_id else None
        return jwt.encode(claims, self._settings.private_key, algorithm="RS256", headers=headers)

    def _verified(self, token: str, needed: tuple[str, ...]) -> dict[str, Any]:
        """The claims of a token that One Login signed for us, just now."""
        try:
            header = jwt.get_unverified_header(token)
            key = self._key(str(header.get("kid", "")))
            if header.get("alg") != key.algorithm_name:
                raise _refused()
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._settings.client_id,
                issuer=self._found().issuer,
                # Times are compared below, by our own clock.
                options={
                    "require": ["iss", "aud", "sub", "iat", *needed],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.PyJWTError:
            raise _refused() from None
        now = self._clock.now().timestamp()
        issued, expires, skew = claims["iat"], claims["exp"], SKEW.total_seconds()
        timely = all(isinstance(at, int | float) for at in (issued, expires)) and issued - skew <= now < expires + skew
        if not timely or not isinstance(claims["sub"], str) or not claims["sub"]:
            raise _refused()
        return claims

    def _key(self, ident: str) -> jwt.PyJWK:
        """One of the published keys. They are fetched once a day, and when a token names one that is new; as long as
        they cannot be fetched, those that are here stay good."""
        now = self._clock.now()
        age = now - self._keys_at if self._keys_at else None
        if age is None or age >= KEYS_LIFETIME or (ident not in self._keys and age >= KEYS_PAUSE):
            try:
                self._fetch_keys()
                self._keys_at = now
            except Unavailable:
                if age is None:
                    raise
                self._keys_at = now - KEYS_LIFETIME + KEYS_PAUSE
        if ident not in self._keys:
            raise _refused()
        return self._keys[ident]

    def _fetch_keys(self) -> None:
        published = _object(self._http.get(self._found().keys, {})).get("keys")
        keys: dict[str, jwt.PyJWK] = {}
        for one in published if isinstance(published, list) else []:
            algorithm = _ALGORITHMS.get(str(one.get("kty")))
            if algorithm is None or one.get("alg", algorithm) != algorithm or one.get("use", "sig") != "sig":
                continue
            try:
                keys[str(one["kid"])] = jwt.PyJWK(one, algorithm)
            except (jwt.PyJWTError, KeyError):
                continue
        if not keys:
            raise _unavailable()
        self._keys = keys


def _object(answer: HttpAnswer) -> dict[str, Any]:
    """The JSON object of an answer: what is refused is refused, what is broken may work later."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = None
    if answer.status in (400, 401, 403):
        raise _refused()
    if answer.status != 200 or not isinstance(body, dict):  # noqa: PLR2004 - HTTP
        raise _unavailable()
    return body


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode()) and bool(one)


def _refused() -> Forbidden:
    return Forbidden("one_login_refused", "Signing in with GOV.UK One Login did not work. Begin again.")


def _unavailable() -> Unavailable:
    return Unavailable("one_login_unavailable", "GOV.UK One Login does not answer. Try again, or use a code.")
