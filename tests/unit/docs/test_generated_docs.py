"""The protocol documents: what the code says, complete, and valid by their own specifications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from docs import generate
from docs.reference.frames import FRAMES
from docs.reference.oversight import OVERSIGHT
from docs.reference.portal import PORTAL
from docs.reference.portal_sign_in import SIGN_IN
from docs.reference.rest import OFFICER, VISITOR, app_of
from harbour.conversation.protocol import COMMANDS

OPENAPI = (
    "visitor-api.yaml",
    "officer-api.yaml",
    "portal-api.yaml",
    "sign-in-api.yaml",
    "oversight-api.yaml",
    "crime-system-api.yaml",
)


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((generate.FOLDER / name).read_text("utf-8"))
    return document


def references(part: Any) -> Iterator[str]:
    """Every ``$ref`` below a part of a document."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def resolved(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def test_no_document_is_stale() -> None:
    assert generate.stale() == []
    assert generate.main(["--check"]) == 0


def test_a_stale_document_is_named(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    (tmp_path / "officer-api.yaml").write_text("openapi: 3.1.0\n", "utf-8")
    (tmp_path / "visitor-api.yaml").unlink()
    assert generate.main(["--check"]) == 1
    told = capsys.readouterr().err
    assert "docs/officer-api.yaml is stale" in told
    assert "docs/visitor-api.yaml is stale" in told
    assert "chat-protocol" not in told


@pytest.mark.parametrize(
    ("name", "function", "table"),
    [
        ("visitor-api.yaml", "visitor", VISITOR),
        ("officer-api.yaml", "console", OFFICER),
        ("portal-api.yaml", "portal", PORTAL),
        ("sign-in-api.yaml", "sign_in", SIGN_IN),
        ("oversight-api.yaml", "oversight", OVERSIGHT),
    ],
)
def test_the_documented_routes_are_those_of_the_app(name: str, function: str, table: dict[Any, Any]) -> None:
    app = {(method, path) for path, methods in app_of(function).routes.items() for method in methods}
    documented = {(method.upper(), path) for path, methods in read(name)["paths"].items() for method in methods}
    assert documented == app == set(table)


@pytest.mark.parametrize("name", OPENAPI)
def test_the_rest_documents_are_valid_openapi(name: str) -> None:
    document = read(name)
    assert document["openapi"] == "3.1.0"
    validate(document)


@pytest.mark.parametrize("name", generate.DOCUMENTS)
def test_every_reference_leads_somewhere_and_every_schema_is_used(name: str) -> None:
    document = read(name)
    found = set(references(document))
    for reference in found:
        resolved(document, reference)
    assert {f"#/components/schemas/{schema}" for schema in document["components"]["schemas"]} <= found


@pytest.mark.parametrize("name", generate.DOCUMENTS)
def test_every_schema_is_a_json_schema(name: str) -> None:
    for schema in read(name)["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_the_protocol_document_has_the_form_of_asyncapi_3() -> None:
    """There is no kept validator of AsyncAPI 3 on PyPI: these are the rules of its specification that we use."""
    document = read("chat-protocol.yaml")
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    for server in document["servers"].values():
        assert server["protocol"] in ("ws", "wss")
        assert set(re.findall(r"\{(\w+)\}", server["host"])) == set(server.get("variables", {}))
    on_channel = {f"#/channels/socket/messages/{key}" for key in document["channels"]["socket"]["messages"]}
    for operation in document["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert operation["channel"] == {"$ref": "#/channels/socket"}
        used = {message["$ref"] for message in operation["messages"]}
        used |= {message["$ref"] for message in operation.get("reply", {"messages": []})["messages"]}
        assert used <= on_channel
    assert all("payload" in message for message in document["components"]["messages"].values())


def test_every_command_and_every_frame_has_its_message_and_its_operation() -> None:
    document = read("chat-protocol.yaml")
    messages = set(document["channels"]["socket"]["messages"])
    assert messages == {f"command_{action}" for action in COMMANDS} | {f"frame_{name}" for name in FRAMES}
    operations = document["operations"]
    received = {key for key, operation in operations.items() if operation["action"] == "receive"}
    assert received == {f"receive_{action}" for action in COMMANDS}
    sent = {
        message["$ref"].rpartition("/")[2]
        for operation in operations.values()
        for message in (
            operation["messages"] if operation["action"] == "send" else operation.get("reply", {}).get("messages", [])
        )
    }
    assert sent == {f"frame_{name}" for name in FRAMES}
