"""The pages go up in an order in which a visitor never finds half of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.config.settings import local
from infra.delivery.cdk import Outputs
from infra.delivery.pages import CONSOLE_SETTINGS, console_settings, content_type, files_of, publish

OUTPUTS = Outputs(
    chat_api="http://cloud/c1/chat",
    officers_api="http://cloud/o1/officers",
    socket="ws://cloud/s1/socket",
    evidence_bucket="evidence",
    pages_bucket="pages",
    distribution="E1",
    domain="harbour.example",
    signing_key="arn:key",
    table="conversations",
    pool="eu-west-2_1",
    client="client1",
    hooks_api="http://cloud/h1/hooks",
    portal_api="http://cloud/p1/portal-api",
    sign_in_api="http://cloud/i1/sign-in",
    oversight_api="http://cloud/v1/oversight",
    cases="cases",
    texts_log_role="arn:role",
)


class Bucket:
    """An S3 client with one bucket, which remembers the order of what was done."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.done: list[str] = []

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **more: str) -> None:  # noqa: N803
        self.objects[Key] = {"Body": Body, **more}
        self.done.append(f"+{Key}")

    def delete_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        del self.objects[Key]
        self.done.append(f"-{Key}")

    def get_paginator(self, _: str) -> Bucket:
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        listed = [
            {"Key": key, "ETag": f'"{hashlib.md5(kept["Body"], usedforsecurity=False).hexdigest()}"'}
            for key, kept in self.objects.items()
        ]
        yield {"Contents": listed} if listed else {}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    parts = ("embed.js", "assets/chat-1.js", "console/index.html", "portal/index.html")
    for name in (*parts, "demo/index.html", "assets/chat-1.js.map"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, "utf-8")
    return tmp_path


def upload(bucket: Bucket, dist: Path) -> int:
    return publish(bucket, "pages", local(), OUTPUTS, dist)  # type: ignore[arg-type]


def test_parts_go_up_before_the_files_that_name_them(dist: Path) -> None:
    bucket = Bucket()
    upload(bucket, dist)
    assert bucket.done[0] == "+assets/chat-1.js"
    assert set(bucket.objects) == {
        "embed.js",
        "assets/chat-1.js",
        "console/index.html",
        "portal/index.html",
        CONSOLE_SETTINGS,
    }


def test_what_did_not_change_is_not_sent_again_and_what_is_gone_goes_last(dist: Path) -> None:
    bucket = Bucket()
    upload(bucket, dist)
    bucket.done.clear()
    (dist / "assets" / "chat-1.js").rename(dist / "assets" / "chat-2.js")
    upload(bucket, dist)
    assert bucket.done == ["+assets/chat-2.js", "-assets/chat-1.js"]


def test_nothing_may_be_kept_by_a_cache(dist: Path) -> None:
    bucket = Bucket()
    upload(bucket, dist)
    assert {kept["CacheControl"] for kept in bucket.objects.values()} == {"no-store"}


def test_the_demonstration_page_and_source_maps_are_not_served(dist: Path) -> None:
    assert set(files_of(dist)) == {"embed.js", "assets/chat-1.js", "console/index.html", "portal/index.html"}


def test_pages_that_are_not_built_are_not_published(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"embed\.js"):
        upload(Bucket(), tmp_path)


def test_the_console_is_told_where_to_sign_in(dist: Path) -> None:
    bucket = Bucket()
    upload(bucket, dist)
    told = json.loads(bucket.objects[CONSOLE_SETTINGS]["Body"])
    assert told == console_settings(local(), OUTPUTS)
    assert told == {
        "cognito": {
            "endpoint": "http://127.0.0.1:4566",
            "region": "eu-west-2",
            "client_id": "client1",
            "pool_id": "eu-west-2_1",
        }
    }


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("embed.js", "text/javascript; charset=utf-8"),
        ("console/index.html", "text/html; charset=utf-8"),
        ("assets/locales/es.json", "application/json; charset=utf-8"),
        ("console/assets/icon.svg", "image/svg+xml"),
        ("font.woff2", "font/woff2"),
        ("unknown", "application/octet-stream"),
    ],
)
def test_types_do_not_depend_on_the_system(key: str, kind: str) -> None:
    assert content_type(key) == kind
