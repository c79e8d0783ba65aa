"""To GOV.UK One Login and back, in a browser. The deployment on this machine has it switched off: what One Login and
the sign-in answer is said here, as their documents say; that the sign-in does so is tested at its door.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.e2e.pages import PHONE, context
from tests.e2e.portal_pages import PortalPage
from tests.e2e.test_accessibility import violations

ELSEWHERE = "https://signin.account.gov.uk/authorize"
CODE, STATE, HANDLE = "c" * 43, "s" * 43, "h" * 43


@dataclass
class Answers:
    """What the sign-in and One Login answer, and what they were asked."""

    portal: str
    offered: bool = True
    back: str = f"code={CODE}&state={STATE}"
    returned: tuple[int, dict[str, Any]] = (
        201,
        {"handle": HANDLE, "asks": ["reference", "date_of_birth"], "code_expires_in": 600, "resends": 2},
    )
    asked: list[tuple[str, Any]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    """Where the page was when it asked."""

    def sign_in(self, route: Route) -> None:
        path = urlsplit(route.request.url).path.removeprefix("/sign-in")
        self.asked.append((path, route.request.post_data_json))
        self.addresses.append(route.request.frame.url)
        status, body = {
            "/options": (200, {"one_login": self.offered}),
            "/one-login": (200, {"address": f"{ELSEWHERE}?state={STATE}"}),
            "/one-login/return": self.returned,
            "/prove": (200, {"code_expires_in": 600, "resends": 1}),
        }[path]
        route.fulfill(status=status, content_type="application/json", body=json.dumps(body))

    def one_login(self, route: Route) -> None:
        """Somebody signs in there: the browser is sent back."""
        route.fulfill(status=302, headers={"location": f"{self.portal}?{self.back}"})

    def bodies(self, path: str) -> list[Any]:
        return [body for asked, body in self.asked if asked == path]


@pytest.fixture
def answers(harbour: dict[str, Any]) -> Answers:
    return Answers(harbour["portal_page"])


@pytest.fixture
def portal(browser: Browser, answers: Answers) -> Iterator[PortalPage]:
    made = context(browser, **PHONE)
    made.route("**/sign-in/**", answers.sign_in)
    made.route(f"{ELSEWHERE}**", answers.one_login)
    yield PortalPage(made.new_page())
    made.close()


def test_it_is_not_offered_where_it_is_off(portal: PortalPage, answers: Answers) -> None:
    answers.offered = False
    with portal.page.expect_response("**/sign-in/options"):
        portal.page.goto(answers.portal)
    expect(portal.by_id("portal-prove")).to_be_visible()
    expect(portal.by_id("portal-one-login")).to_have_count(0)


def test_the_first_time_they_prove_who_they_are_after_they_are_back(portal: PortalPage, answers: Answers) -> None:
    portal.page.goto(answers.portal)
    expect(portal.page.get_by_text("stay in the history of this browser")).to_be_visible()
    portal.by_id("portal-one-login").click()
    expect(portal.by_id("portal-first-time")).to_be_visible()
    assert portal.page.url == answers.portal, "code and state are out of the address"
    assert answers.bodies("/one-login/return") == [{"code": CODE, "state": STATE}]
    assert set(answers.addresses) == {answers.portal}, "and were, before anything was asked"
    portal.by_id("portal-first-time").click()
    expect(portal.by_id("portal-one-login")).to_have_count(0)
    portal.by_id("portal-reference").fill("42/12345/26")
    for part, value in (("day", "7"), ("month", "3"), ("year", "1990")):
        portal.by_id(f"portal-dob-{part}").fill(value)
    portal.by_id("portal-prove").click()
    expect(portal.by_id("portal-code")).to_be_visible()
    expect(portal.by_id("portal-first-time")).to_have_count(0)
    proof = {"handle": HANDLE, "reference": "42/12345/26", "date_of_birth": "1990-03-07"}
    assert answers.bodies("/prove") == [proof]
    assert answers.bodies("/start") == []


def test_an_invitation_is_taken_along_and_nothing_of_it_stays_in_the_address(
    portal: PortalPage, answers: Answers
) -> None:
    portal.page.goto(f"{answers.portal}#i={'i' * 43}")
    portal.by_id("portal-one-login").click()
    expect(portal.by_id("portal-code")).to_be_visible()
    assert answers.bodies("/one-login") == [{"invitation": "i" * 43, "language": "en"}]
    assert portal.page.url == answers.portal


@pytest.mark.parametrize(
    ("back", "returned"),
    [
        (f"error=access_denied&state={STATE}", (201, {})),
        (f"code={CODE}&state={STATE}", (403, {"code": "one_login_refused"})),
        (f"code={CODE}&state={STATE}", (503, {"code": "one_login_unavailable"})),
    ],
    ids=["gave up there", "refused", "does not answer"],
)
def test_when_it_does_not_work_the_other_way_in_is_there(
    portal: PortalPage, answers: Answers, back: str, returned: tuple[int, dict[str, Any]]
) -> None:
    answers.back, answers.returned = back, returned
    portal.page.goto(answers.portal)
    portal.by_id("portal-one-login").click()
    expect(portal.by_id("portal-problem")).to_contain_text("GOV.UK One Login did not work")
    expect(portal.by_id("portal-reference")).to_be_visible()
    assert portal.page.url == answers.portal


def test_axe_finds_nothing(portal: PortalPage, answers: Answers) -> None:
    portal.page.goto(answers.portal)
    expect(portal.by_id("portal-one-login")).to_be_visible()
    assert violations(portal.page) == []
    portal.by_id("portal-one-login").click()
    expect(portal.by_id("portal-first-time")).to_be_visible()
    assert violations(portal.page) == []
