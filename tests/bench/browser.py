"""A browser for the measures of the pages: the system's Chromium, which asks nobody for anything by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from infra.local import bootstrap
from infra.local.bootstrap import CannotGoOn


@contextmanager
def chromium(proxy: str | None = None) -> Iterator[Browser]:
    """A new one; all that it asks for goes through ``proxy``, if there is one.

    Raises
    ------
    CannotGoOn
        There is none on this machine.
    """
    path = bootstrap.browser()
    if path is None:
        raise CannotGoOn("no Chromium on this machine: `apt-get install chromium`, or HARBOUR_CHROMIUM=<path of one>")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(path),
            # By itself, Chromium would ask the addresses of this machine directly.
            proxy={"server": proxy, "bypass": "<-loopback>"} if proxy else None,
            args=[
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        try:
            yield browser
        finally:
            browser.close()


def begin(page: Page, language: str) -> FrameLocator:
    """From the launcher to a box that takes text; the frame of the chat."""
    page.get_by_test_id("chat-launch").click()
    chat = page.frame_locator("iframe")
    chat.get_by_test_id(f"language-{language}").click()
    chat.get_by_test_id("start-chat").click()
    chat.get_by_test_id("chat-input").fill("…")
    expect(chat.get_by_test_id("chat-input")).to_have_value("…")
    return chat
