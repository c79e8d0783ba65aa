"""What the one web address serves: which origin answers which path, and with which response headers.

This is plain data, with no import of CDK or AWS: CloudFront is configured from it (`infra.stacks.pages`) and
the local edge server serves by it, so a header that is missing on AWS is missing on a developer's machine too.

Order matters: the first behaviour whose pattern matches wins, as in CloudFront, and the last one is ``*``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Origin(StrEnum):
    """Who answers a path."""

    PAGES = "pages"
    """Static files: the pages bucket."""
    CHAT_API = "chat_api"
    """The visitors' REST API; the path's first part is its stage."""
    OFFICERS_API = "officers_api"
    """The officers' REST API; the path's first part is its stage."""
    SOCKET = "socket"
    """The WebSocket API; the path is its stage."""
    HOOKS_API = "hooks_api"
    """The REST API for crime systems; the path's first part is its stage."""
    PORTAL_API = "portal_api"
    """The citizens' portal's REST API; the path's first part is its stage."""
    SIGN_IN_API = "sign_in_api"
    """The portal's sign-in; the path's first part is its stage."""
    OVERSIGHT_API = "oversight_api"
    """The REST API on what is sent to victims; the path's first part is its stage."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One path pattern, its origin, and what the edge adds to each response.

    Attributes
    ----------
    name
        Stable identifier; CloudFront's headers policy is named after it.
    pattern
        CloudFront path pattern: ``*`` is any run of characters, ``?`` exactly one; case-sensitive.
    origin
        Who answers.
    methods
        Methods that are let through. Others get 405 from CloudFront, which knows only three sets of methods
        (GET HEAD / GET HEAD OPTIONS / all), so this is one of those sets.
    headers
        Response headers in their usual spelling. The edge sets them in every response and overrides what the
        origin sent under the same name.
    cors
        True when the edge lets a page of any site read the response (``Access-Control-Allow-Origin: *``, no
        credentials). Only for static files; the two APIs send their own CORS headers.
    """

    name: str
    pattern: str
    origin: Origin
    methods: tuple[str, ...]
    headers: Mapping[str, str]
    cors: bool = False

    def matches(self, path: str) -> bool:
        """Whether this pattern matches ``path`` (no query string), by CloudFront's rules."""
        pattern = re.escape(self.pattern).replace(r"\*", ".*").replace(r"\?", ".")
        return re.fullmatch(pattern, path, re.DOTALL) is not None


READ: Final = ("GET", "HEAD", "OPTIONS")
ALL: Final = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")

INDEX: Final = "index.html"
"""The file that answers a path of the pages bucket that ends in ``/``."""

REDIRECTS: Final[Mapping[str, str]] = MappingProxyType({"/console": "/console/", "/portal": "/portal/"})
"""Paths of the pages that answer 301 to another one."""

DROPPED_REQUEST_HEADERS: Final = ("cookie", "host")
"""Request headers that the edge does not hand on to an API. Nothing here sets or reads a cookie."""

STRICT_TRANSPORT_SECURITY_SECONDS: Final = 63_072_000
"""Two years (ignored by browsers over plain http, as on a developer's machine)."""

PERMISSIONS_POLICY: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)

_NO_DOCUMENT: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For what is never shown as a page: scripts, locale files, JSON."""

_EVERYWHERE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": f"max-age={STRICT_TRANSPORT_SECURITY_SECONDS}; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
    }
)
"""`no-store` on everything: nothing of a visit may be found in the browser's cache afterwards."""


def console_content_security_policy(connect: Sequence[str]) -> str:
    """The console's policy: only its own files, and connections to itself and the sign-in service.

    Parameters
    ----------
    connect
        Other origins that the console calls, e.g. ``https://cognito-idp.eu-west-2.amazonaws.com``; on a
        developer's machine the address of the embedded cloud. Its own origin, which ``'self'`` covers for the
        socket too, is not listed.
    """
    directives = {
        "default-src": ("'none'",),
        "script-src": ("'self'",),
        "style-src": ("'self'",),
        "img-src": ("'self'",),
        "font-src": ("'self'",),
        "media-src": ("'self'",),
        "connect-src": ("'self'", *connect),
        "base-uri": ("'none'",),
        "form-action": ("'none'",),
        "frame-ancestors": ("'none'",),
    }
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())


def _headers(**more: str) -> Mapping[str, str]:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return MappingProxyType(dict(sorted({**_EVERYWHERE, **named}.items())))


def behaviours(connect: Sequence[str] = ()) -> tuple[Behaviour, ...]:
    """All behaviours, in the order in which they are tried; the last one matches every path.

    Parameters
    ----------
    connect
        Origins that the console may call besides its own: see `console_content_security_policy`.
    """
    for_any_site = _headers(
        Content_Security_Policy=_NO_DOCUMENT,
        Cross_Origin_Resource_Policy="cross-origin",
    )
    for_us_only = _headers(
        Content_Security_Policy=_NO_DOCUMENT,
        Cross_Origin_Resource_Policy="same-origin",
    )
    console = _headers(
        Content_Security_Policy=console_content_security_policy(connect),
        Cross_Origin_Opener_Policy="same-origin",
        Cross_Origin_Resource_Policy="same-origin",
    )
    portal = _headers(
        Content_Security_Policy=console_content_security_policy(()),
        Cross_Origin_Opener_Policy="same-origin",
        Cross_Origin_Resource_Policy="same-origin",
    )
    return (
        Behaviour("socket", "/socket", Origin.SOCKET, READ, for_any_site),
        Behaviour("chat", "/chat/*", Origin.CHAT_API, ALL, for_any_site),
        Behaviour("officers", "/officers/*", Origin.OFFICERS_API, ALL, for_us_only),
        Behaviour("hooks", "/hooks/*", Origin.HOOKS_API, ALL, for_us_only),
        Behaviour("portalapi", "/portal-api/*", Origin.PORTAL_API, ALL, for_us_only),
        Behaviour("signin", "/sign-in/*", Origin.SIGN_IN_API, ALL, for_us_only),
        Behaviour("oversight", "/oversight/*", Origin.OVERSIGHT_API, ALL, for_us_only),
        Behaviour("embed", "/embed.js", Origin.PAGES, READ, for_any_site, cors=True),
        Behaviour("assets", "/assets/*", Origin.PAGES, READ, for_any_site, cors=True),
        Behaviour("console", "/console/*", Origin.PAGES, READ, console),
        Behaviour("portal", "/portal/*", Origin.PAGES, READ, portal),
        Behaviour("other", "*", Origin.PAGES, READ, for_us_only),
    )


def behaviour_for(path: str, among: Sequence[Behaviour]) -> Behaviour:
    """The behaviour that answers ``path``: the first that matches.

    Raises
    ------
    LookupError
        Nothing matches, which `behaviours` never lets happen.
    """
    for behaviour in among:
        if behaviour.matches(path):
            return behaviour
    raise LookupError(path)


def file_for(path: str) -> str:
    """The key in the pages bucket that answers ``path``: a path that ends in ``/`` means its index page.

    >>> file_for("/console/")
    'console/index.html'
    >>> file_for("/embed.js")
    'embed.js'
    """
    return (path + INDEX if path.endswith("/") else path).lstrip("/")
