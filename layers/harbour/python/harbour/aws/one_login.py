"""Requests to GOV.UK One Login: short patience, no redirect, no more than an answer of theirs can be long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError

from harbour.identity.one_login import HttpAnswer

SECONDS: Final = 2
"""Three requests at most stand between somebody and their answer, within the ten seconds that the function has."""
_PATIENCE: Final = urllib3.Timeout(total=SECONDS)
_LONGEST: Final = 262_144
_AGENT: Final = {"User-Agent": "harbour"}


class Https:
    """See :class:`harbour.identity.one_login.Http`.

    Parameters
    ----------
    anywhere
        True allows plain HTTP, for One Login's simulator on a developer's machine.
    """

    def __init__(self, *, anywhere: bool = False) -> None:
        self._pool = urllib3.PoolManager(timeout=_PATIENCE, retries=False, cert_reqs="CERT_REQUIRED")
        self._schemes = ("https://", "http://") if anywhere else ("https://",)

    def get(self, url: str, headers: Mapping[str, str]) -> HttpAnswer:
        """GET."""
        return self._ask("GET", url, None, headers)

    def post(self, url: str, form: Mapping[str, str]) -> HttpAnswer:
        """POST of a form."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", url, urlencode(form).encode(), headers)

    def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> HttpAnswer:
        if not url.startswith(self._schemes):
            return HttpAnswer(0)
        try:
            answer = self._pool.request(
                method, url, body=body, headers={**headers, **_AGENT}, redirect=False, preload_content=False
            )
            try:
                return HttpAnswer(answer.status, answer.read(_LONGEST))
            finally:
                # What was not read to the end would be the next answer's beginning.
                answer.close()
        except (HTTPError, OSError):
            return HttpAnswer(0)
