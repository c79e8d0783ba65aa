"""One signed request to a crime system: no redirect, short patience, and never to an address inside our own network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from harbour.crime.ports import Answer

SECONDS: Final = 15

_PATIENCE: Final = urllib3.Timeout(connect=5, read=SECONDS)
_LONGEST_WISH_SECONDS: Final = 366 * 24 * 3600


class HttpPost:
    """See :class:`harbour.crime.ports.Post`.

    Parameters
    ----------
    anywhere
        True lets requests go to this very machine, for the simulator of a crime system.
    """

    def __init__(self, *, anywhere: bool = False) -> None:
        self._anywhere = anywhere

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer, of which nothing but its first lines is read; status 0 for none."""
        pool = self._pool(url)
        if pool is None:
            return Answer(status=0)
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            answer = pool.request(
                "POST",
                path,
                body=body,
                headers={**headers, "host": parts.netloc.rpartition("@")[2]},
                redirect=False,
                preload_content=False,
            )
            # However much follows: nobody here wants it.
            answer.close()
        except (HTTPError, OSError):
            return Answer(status=0)
        finally:
            pool.close()
        return Answer(status=answer.status, retry_after=wish(answer.headers.get("Retry-After", ""), datetime.now(UTC)))

    def _pool(self, url: str) -> urllib3.HTTPConnectionPool | None:
        """A connection to where the name was found to lead, not to where it may lead a moment later."""
        parts = urlsplit(url)
        if not parts.hostname:
            return None
        if self._anywhere:
            return urllib3.connection_from_url(url, timeout=_PATIENCE, retries=False)
        address = outside(url)
        if address is None:
            return None
        return urllib3.HTTPSConnectionPool(
            address,
            parts.port or 443,
            timeout=_PATIENCE,
            retries=False,
            cert_reqs="CERT_REQUIRED",
            assert_hostname=parts.hostname,
            server_hostname=parts.hostname,
        )


def wish(header: str, now: datetime) -> timedelta | None:
    """``Retry-After``, in seconds or as a date (RFC 9110, 10.2.3); none where it says neither, or what is over."""
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text[:9]), _LONGEST_WISH_SECONDS))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return at - now if at > now else None


def outside(url: str) -> str | None:
    """An address of a URL that is https and leads out of every private network: whoever sets it cannot reach ours."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return None
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        return None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(ipaddress.ip_address(one).is_global for one in addresses):
        return None
    return addresses[0]
