"""A police force's own web site, for demonstration: another origin than Harbour's, under a strict policy.

The policy names Harbour's address where a force would have to: for scripts and for connections, and nowhere else.
What works here works on a site that allows no inline script, no foreign style and no foreign frame.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

from infra.local.instance import LOOPBACK

if TYPE_CHECKING:
    from infra.local.edge import EdgeSettings

PLACE_OF_HOST: Final = b"{{HARBOUR_HOST}}"
"""In the page's source, stands for the address of Harbour."""


def content_security_policy(harbour: str) -> str:
    """The page's policy; ``harbour`` is that address, e.g. ``http://127.0.0.1:8600``."""
    socket = harbour.replace("http", "ws", 1)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {harbour}",
            f"connect-src {harbour} {socket}",
            "style-src 'self'",
            "img-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def application(settings: EdgeSettings) -> web.Application:
    """The site as a web application."""
    harbour = f"http://{LOOPBACK}:{settings.port}"
    folder = Path(settings.force_files).resolve()
    headers = {
        "Content-Security-Policy": content_security_policy(harbour),
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
        # The page names the chat's host in its script tag: from the cache it would say that a chat was offered here.
        # docs/deploying.md asks the same of a force.
        "Cache-Control": "no-store",
    }

    async def file(request: web.Request) -> web.Response:
        path = request.path.lstrip("/")
        wanted = (folder / (path + "index.html" if path.endswith("/") or not path else path)).resolve()
        if not wanted.is_relative_to(folder) or not wanted.is_file():
            return web.Response(status=404, text="There is no such page.\n", headers=headers)
        kind = mimetypes.guess_type(wanted.name)[0] or "application/octet-stream"
        body = wanted.read_bytes()
        if kind == "text/html":
            body = body.replace(PLACE_OF_HOST, harbour.encode())
            kind += "; charset=utf-8"
        return web.Response(body=body, headers={**headers, "Content-Type": kind})

    app = web.Application()
    app.router.add_get("/{path:.*}", file)
    return app
