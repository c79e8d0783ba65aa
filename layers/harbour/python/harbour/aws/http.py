"""One signed request to a crime system: no redirect, short patience, and never to an address inside our own network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from harbour.crime.delivery import Answer

SECONDS: Final = 15


class HttpPost:
    """See :class:`harbour.crime.delivery.Post`.

    Parameters
    ----------
    anywhere
        True lets requests go to this very machine, for the simulator of a crime system.
    """

    def __init__(self, *, anywhere: bool = False) -> None:
        self._anywhere = anywhere
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=SECONDS), retries=False, cert_reqs="CERT_REQUIRED"
        )

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer; status 0 for none."""
        if not self._anywhere and not _outside(url):
            return Answer(status=0)
        try:
            answer = self._pool.request(
                "POST", url, body=body, headers=dict(headers), redirect=False, preload_content=False
            )
            answer.release_conn()
        except (HTTPError, OSError):
            return Answer(status=0)
        wish = answer.headers.get("Retry-After", "")
        return Answer(
            status=answer.status,
            retry_after=timedelta(seconds=int(wish)) if wish.isascii() and wish.isdecimal() else None,
        )


def _outside(url: str) -> bool:
    """Whether an address is https and leads out of every private network (whoever sets it cannot reach ours)."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return False
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(one[4][0]).is_global for one in found)
