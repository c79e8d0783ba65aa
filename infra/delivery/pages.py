"""Puts the built pages into their bucket, and beside the console the settings that it signs in with."""

from __future__ import annotations

import hashlib
import json
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.config.settings import Settings
from infra.delivery.cdk import ROOT, Outputs

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DIST: Final = ROOT / "web_widget" / "dist"
CONSOLE_SETTINGS: Final = "console/config.json"

_NOT_OURS: Final = "demo/"
"""The demonstration page belongs to a force's own site; it is not served from Harbour's address."""

_TYPES: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".woff2": "font/woff2",
}
"""Where the types of Python's table differ between systems."""


def publish(s3: S3Client, bucket: str, settings: Settings, outputs: Outputs, dist: Path = DIST) -> int:
    """Upload what changed, then remove what is no longer built; returns how many files there are.

    New files go up before old ones go away, and the files with names of their own (``embed.js``, ``index.html``) last,
    so that a page which is loaded in between finds all its parts.

    Raises
    ------
    FileNotFoundError
        The pages are not built.
    """
    files = files_of(dist)
    files[CONSOLE_SETTINGS] = json.dumps(console_settings(settings, outputs), indent=1).encode()
    there = _etags(s3, bucket)
    for key in sorted(files, key=lambda name: (not name.startswith("assets/"), name)):
        body = files[key]
        # S3's tag of an object that was put in one piece, not a protection.
        if there.get(key) != hashlib.md5(body, usedforsecurity=False).hexdigest():
            s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type(key), CacheControl="no-store")
    for key in there.keys() - files.keys():
        s3.delete_object(Bucket=bucket, Key=key)
    return len(files)


def files_of(dist: Path) -> dict[str, bytes]:
    """The files of the web address, by key.

    Raises
    ------
    FileNotFoundError
        The pages are not built.
    """
    found = {
        path.relative_to(dist).as_posix(): path
        for path in sorted(dist.rglob("*"))
        if path.is_file() and not path.name.endswith(".map")
    }
    ours = {key: path.read_bytes() for key, path in found.items() if not key.startswith(_NOT_OURS)}
    missing = {"embed.js", "console/index.html", "portal/index.html"} - ours.keys()
    if missing:
        raise FileNotFoundError(f"the pages are not built: {dist} lacks {', '.join(sorted(missing))}")
    return ours


def console_settings(settings: Settings, outputs: Outputs) -> dict[str, object]:
    """``/console/config.json``: where officers sign in."""
    cognito = {
        "endpoint": settings.sign_in_origin,
        "region": settings.region,
        "client_id": outputs.client,
        "pool_id": outputs.pool,
    }
    if not (outputs.federated_client and outputs.sign_in_domain):
        return {"cognito": cognito}
    return {
        "cognito": cognito,
        "federation": {
            "authorize_url": f"{outputs.sign_in_domain}/oauth2/authorize",
            "token_url": f"{outputs.sign_in_domain}/oauth2/token",
            "client_id": outputs.federated_client,
            "label": settings.force.name,
        },
    }


def content_type(key: str) -> str:
    """The media type of a file, with the encoding of text."""
    suffix = Path(key).suffix
    kind = _TYPES.get(suffix) or mimetypes.guess_type(key)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind == "application/json" else kind


def _etags(s3: S3Client, bucket: str) -> dict[str, str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {item["Key"]: item["ETag"].strip('"') for page in pages for item in page.get("Contents", ())}
