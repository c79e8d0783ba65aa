"""Every code with which the code refuses something is explained, and none is explained that is never used."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from docs.reference.refusals import (
    BEHIND_THE_DOORS,
    FROM_API_GATEWAY,
    FROM_OVERSIGHT,
    FROM_REST_ONLY,
    FROM_SIGN_IN,
    FROM_THE_PORTAL,
    FROM_THE_WEBHOOKS,
    ON_THE_SOCKET,
)
from harbour.conversation import protocol
from harbour.evidence import errors as sealing
from harbour.runtime.errors import Conflict, Forbidden, HarbourError, Invalid, NotFound, TooMany, Unavailable
from infra.constructs import chalice_api, firewall

ROOT = Path(__file__).parents[3]
KINDS = (HarbourError, Invalid, Forbidden, NotFound, Conflict, TooMany, Unavailable)
STATUS = {kind.__name__: kind.status for kind in KINDS}
SEALING = {
    name: kind.status
    for name, kind in vars(sealing).items()
    if isinstance(kind, type) and issubclass(kind, HarbourError)
}


def raised() -> Iterator[tuple[str, int]]:
    """(code, HTTP status) of every error that is made with a literal code, in the package and the functions."""
    for folder in ("layers/harbour/python", "functions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from raised_in(path)


def raised_in(path: Path) -> Iterator[tuple[str, int]]:
    tree = ast.parse(path.read_text("utf-8"))
    for defined in ast.walk(tree):
        if isinstance(defined, ast.ClassDef) and defined.name in SEALING:
            yield from ((code, SEALING[defined.name]) for code in literals(defined, "__init__"))
    for name, status in STATUS.items():
        yield from ((code, status) for code in literals(tree, name))


def literals(tree: ast.AST, called: str) -> Iterator[str]:
    """First arguments, where they are literal, of calls of that name below a node."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        if name == called and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def test_every_code_of_the_functions_is_explained_with_its_status_and_no_other() -> None:
    by_rule = {(code, Invalid.status) for code in (*protocol._CODES.values(), "bad_field")}
    rest = (*FROM_REST_ONLY, *FROM_THE_PORTAL, *FROM_SIGN_IN, *FROM_OVERSIGHT, *FROM_THE_WEBHOOKS)
    everywhere = (*ON_THE_SOCKET, *rest, *BEHIND_THE_DOORS)
    explained = {(r.code, r.status) for r in everywhere}
    assert set(raised()) | by_rule == explained


def test_every_answer_of_api_gateway_and_the_firewall_is_explained() -> None:
    answered = {(code, int(status)) for _, status, code, _ in chalice_api._OWN_ANSWERS}
    assert {(r.code, r.status) for r in FROM_API_GATEWAY} == answered
    assert '"too_fast"' in Path(firewall.__file__).read_text("utf-8")


def test_no_code_is_explained_twice_in_one_place() -> None:
    for place in (
        (*ON_THE_SOCKET, *FROM_REST_ONLY, *FROM_THE_PORTAL, *FROM_SIGN_IN, *FROM_OVERSIGHT, *FROM_THE_WEBHOOKS),
        FROM_API_GATEWAY,
        BEHIND_THE_DOORS,
    ):
        codes = [refusal.code for refusal in place]
        assert len(codes) == len(set(codes))
