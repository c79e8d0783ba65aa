"""Stands in for Amazon Translate on a developer's machine: the same protocol, another engine.

It translates with Apertium where a language pair is installed, and where none is it answers as AWS does for a pair
that it does not know. It never pretends: there is no made-up translation and no guessing of languages.

    python -m infra.local.translate --port 8602 --glossaries .harbour/state/translate

With ``--engine aws`` it hands each text on to the real Amazon Translate, signed with the developer's own AWS
credentials: the embedded cloud's functions have only roles of the embedded cloud.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import logging
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import boto3
from aiohttp import web
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.config.settings import local
from infra.local.apertium import Apertium, EngineFailed, NoSuchPair
from infra.local.instance import LOOPBACK
from infra.local.wire import JSON, Answer, Call, Refused, Service, Values

if TYPE_CHECKING:
    from mypy_boto3_translate import TranslateClient

ENGINE_HEADER: Final = "x-harbour-engine"
"""Names the engine behind an answer, for people who debug; the chat is told by its settings."""

MOST_BYTES: Final = 10_000
"""Longest text of one request, as UTF-8 (Amazon Translate, quotas)."""

_OPERATIONS: Final = frozenset(
    {"TranslateText", "ImportTerminology", "GetTerminology", "ListTerminologies", "DeleteTerminology"}
)
_LOG: Final = logging.getLogger("translate")


class Engine(Protocol):
    """What puts a text into another language."""

    @property
    def name(self) -> str:
        """What the record calls it."""
        ...

    def translate(self, text: str, source: str, target: str) -> str:
        """``text`` in ``target``; NoSuchPair or EngineFailed where that cannot be."""
        ...


@dataclass(frozen=True, slots=True)
class Glossary:
    """A custom terminology: its file as it was imported, and what was said about it."""

    name: str
    description: str
    directionality: str
    created: datetime
    updated: datetime
    csv: bytes

    def rows(self) -> tuple[list[str], list[list[str]]]:
        """The languages of the columns, and the terms."""
        table = list(csv.reader(io.StringIO(self.csv.decode("utf-8-sig"), newline="")))
        return table[0], [row for row in table[1:] if len(row) == len(table[0])]

    def terms(self, source: str, target: str) -> list[tuple[str, str]]:
        """Pairs of words for this direction, the longest first; empty where the glossary does not cover it."""
        languages, rows = self.rows()
        if source not in languages or target not in languages:
            return []
        if self.directionality == "UNI" and languages[0] != source:
            return []
        one, other = languages.index(source), languages.index(target)
        pairs = [(row[one].strip(), row[other].strip()) for row in rows]
        return sorted(((a, b) for a, b in pairs if a and b), key=lambda pair: -len(pair[0]))

    def properties(self) -> Values:
        """As ``TerminologyProperties``."""
        languages, rows = self.rows()
        return {
            "Name": self.name,
            "Description": self.description,
            "Arn": f"arn:aws:translate:local:000000000000:terminology/{self.name}/LATEST",
            "SourceLanguageCode": languages[0],
            "TargetLanguageCodes": languages[1:],
            "SizeBytes": len(self.csv),
            "TermCount": len(rows) * (len(languages) - 1),
            "CreatedAt": self.created,
            "LastUpdatedAt": self.updated,
            "Directionality": self.directionality,
            "Format": "CSV",
        }


class Glossaries:
    """The imported glossaries, one file each, so that they are still there after a restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, glossary: Glossary) -> None:
        """Keep it, in place of one with the same name."""
        self._folder.mkdir(parents=True, exist_ok=True)
        document = {
            "name": glossary.name,
            "description": glossary.description,
            "directionality": glossary.directionality,
            "created": glossary.created.isoformat(),
            "updated": glossary.updated.isoformat(),
            "csv": glossary.csv.decode("utf-8"),
        }
        self._file(glossary.name).write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8")

    def get(self, name: str) -> Glossary:
        """The glossary of that name, or Refused with ResourceNotFoundException."""
        try:
            kept = json.loads(self._file(name).read_text("utf-8"))
        except OSError:
            raise Refused("ResourceNotFoundException", f"no terminology is named {name}") from None
        return Glossary(
            kept["name"],
            kept["description"],
            kept["directionality"],
            datetime.fromisoformat(kept["created"]),
            datetime.fromisoformat(kept["updated"]),
            kept["csv"].encode(),
        )

    def all(self) -> list[Glossary]:
        """All of them, by name."""
        return [self.get(file.stem) for file in sorted(self._folder.glob("*.json"))]

    def remove(self, name: str) -> None:
        """Forget it, or Refused with ResourceNotFoundException."""
        self.get(name)
        self._file(name).unlink()

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"


class StandIn:
    """Answers the operations of Amazon Translate that Harbour uses.

    Parameters
    ----------
    engine
        Translates.
    glossaries
        The custom terminologies.
    now
        The time, for what is kept about a glossary.
    """

    def __init__(
        self,
        engine: Engine,
        glossaries: Glossaries,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._glossaries = glossaries
        self._now = now
        self._service = Service("translate", _OPERATIONS, own_limits=frozenset({"Text"}))

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one HTTP request; blocks while the engine works. ``headers`` have lower-case names."""
        form = JSON
        try:
            call = self._service.read(path, headers, body)
            form = call.form
            values = self._operation(call)(call.values)
            return self._service.answer(call, values, **{ENGINE_HEADER: self._engine.name})
        except Refused as refused:
            return self._service.refusal(refused, form)

    def _operation(self, call: Call) -> Callable[[Values], Values]:
        operations: dict[str, Callable[[Values], Values]] = {
            "TranslateText": self._translate_text,
            "ImportTerminology": self._import_terminology,
            "GetTerminology": self._get_terminology,
            "ListTerminologies": self._list_terminologies,
            "DeleteTerminology": self._delete_terminology,
        }
        return operations[call.operation]

    def _translate_text(self, given: Values) -> Values:
        text, source, target = given["Text"], given["SourceLanguageCode"], given["TargetLanguageCode"]
        size = len(text.encode())
        if size > MOST_BYTES:
            raise Refused(
                "TextSizeLimitExceededException",
                f"Input text size exceeds limit. Max length of request text allowed is {MOST_BYTES} bytes while"
                f" in this request the text size is {size} bytes",
            )
        if "auto" in (source, target):
            raise Refused(
                "DetectedLanguageLowConfidenceException",
                "no local engine detects languages: name the source language",
            )
        applied = [self._glossaries.get(name) for name in given.get("TerminologyNames", ())]
        try:
            translated, used = self._with_glossary(text, source, target, applied[0] if applied else None)
        except NoSuchPair:
            raise Refused(
                "UnsupportedLanguagePairException",
                f"no local engine for this pair: {source} to {target}",
                SourceLanguageCode=source,
                TargetLanguageCode=target,
            ) from None
        except EngineFailed as failed:
            raise Refused("InternalServerException", f"the local engine failed: {failed}", 500) from None
        terms = [{"SourceText": one, "TargetText": other} for one, other in used]
        return {
            "TranslatedText": translated,
            "SourceLanguageCode": source,
            "TargetLanguageCode": target,
            **({"AppliedTerminologies": [{"Name": applied[0].name, "Terms": terms}]} if terms else {}),
        }

    def _with_glossary(
        self, text: str, source: str, target: str, glossary: Glossary | None
    ) -> tuple[str, list[tuple[str, str]]]:
        """The translation, and the terms of the glossary that are in it."""
        terms = glossary.terms(source, target) if glossary else []
        marked, used = _mark(text, terms)
        translated = self._engine.translate(marked, source, target)
        replaced = _unmark(translated, used)
        if replaced is None:
            # The engine did not keep a mark: better its own words than a mark in a victim's message.
            return self._engine.translate(text, source, target), []
        return replaced, list(dict.fromkeys(used))

    def _import_terminology(self, given: Values) -> Values:
        data = given["TerminologyData"]
        if data["Format"] != "CSV":
            raise Refused("InvalidParameterValueException", "only terminologies in CSV are taken here")
        earlier = [kept for kept in self._glossaries.all() if kept.name == given["Name"]]
        now = self._now()
        glossary = Glossary(
            given["Name"],
            given.get("Description", ""),
            data.get("Directionality", "UNI"),
            earlier[0].created if earlier else now,
            now,
            data["File"],
        )
        try:
            glossary.rows()
        except (UnicodeDecodeError, csv.Error, IndexError):
            raise Refused("InvalidParameterValueException", "the file is not a CSV file in UTF-8") from None
        self._glossaries.put(glossary)
        return {"TerminologyProperties": glossary.properties()}

    def _get_terminology(self, given: Values) -> Values:
        return {"TerminologyProperties": self._glossaries.get(given["Name"]).properties()}

    def _list_terminologies(self, given: Values) -> Values:
        return {"TerminologyPropertiesList": [glossary.properties() for glossary in self._glossaries.all()]}

    def _delete_terminology(self, given: Values) -> Values:
        self._glossaries.remove(given["Name"])
        return {}


class Forwarder:
    """Hands TranslateText on to the real Amazon Translate.

    Custom terminologies stay here: nothing is created in the developer's account, so they are not applied.
    """

    def __init__(self, client: TranslateClient) -> None:
        self._service = Service("translate", _OPERATIONS, own_limits=frozenset({"Text"}))
        self._client = client

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The real service's answer to one HTTP request; blocks. ``headers`` have lower-case names."""
        form = JSON
        try:
            call = self._service.read(path, headers, body)
            form = call.form
            if call.operation != "TranslateText":
                raise Refused("UnknownOperationException", f"{call.operation} is not handed on to AWS")
            values = {name: value for name, value in call.values.items() if name != "TerminologyNames"}
            answered = dict(self._client.translate_text(**values))
            answered.pop("ResponseMetadata", None)
            return self._service.answer(call, answered, **{ENGINE_HEADER: "amazon-translate"})
        except ClientError as refused:
            error = refused.response["Error"]
            status = refused.response["ResponseMetadata"]["HTTPStatusCode"]
            return self._service.refusal(Refused(error["Code"], error.get("Message", ""), status), form)
        except BotoCoreError as failed:
            _LOG.error("Amazon Translate cannot be reached: %s", failed)
            return self._service.refusal(Refused("ServiceUnavailableException", str(failed), 503), form)
        except Refused as refused:
            return self._service.refusal(refused, form)


def application(answer: Callable[[str, Mapping[str, str], bytes], Answer]) -> web.Application:
    """The stand-in as a web application; ``GET /`` says that it is up."""

    async def up(_: web.Request) -> web.Response:
        return web.Response(text="the stand-in for Amazon Translate\n")

    async def call(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        answered = await asyncio.to_thread(answer, request.path, headers, await request.read())
        return web.Response(status=answered.status, headers=answered.headers, body=answered.body)

    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_get("/", up)
    app.router.add_post("/{path:.*}", call)
    return app


def main(arguments: list[str]) -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.translate", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--glossaries", type=Path, required=True)
    parser.add_argument("--engine", choices=("apertium", "aws"), default="apertium")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    if chosen.engine == "aws":
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or local().region
        # The chat gives up after 1.5 s: an answer that comes later is of no use to it.
        impatient = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 1, "mode": "standard"})
        answer = Forwarder(boto3.client("translate", region_name=region, config=impatient)).answer
        _LOG.info("hands texts on to Amazon Translate; custom terminologies are not applied")
    else:
        engine = Apertium()
        answer = StandIn(engine, Glossaries(chosen.glossaries)).answer
        pairs = ", ".join(f"{one}>{other}" for one, other in engine.directions())
        _LOG.info("Apertium translates: %s", pairs or "nothing, no pair is installed")
    web.run_app(application(answer), host=LOOPBACK, port=chosen.port, access_log=None, print=None)


# A word that no dictionary holds passes through Apertium as it is; in lower case, so that it does not look like a name.
_MARK: Final = "zqx{}xqz"
_MARKED: Final = re.compile(r"zqx(\d+)xqz", re.IGNORECASE)


def _mark(text: str, terms: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """``text`` with every word of the glossary replaced by a mark, and what each mark stands for."""
    used: list[tuple[str, str]] = []
    if not terms or _MARKED.search(text):
        return text, used
    wanted = {one.casefold(): (one, other) for one, other in reversed(terms)}
    pattern = re.compile(
        r"(?<!\w)(?:" + "|".join(re.escape(one) for one, _ in terms) + r")(?!\w)",
        re.IGNORECASE,
    )

    def replace(match: re.Match[str]) -> str:
        term = wanted.get(match.group().casefold())
        if term is None:
            return match.group()
        used.append(term)
        return _MARK.format(len(used) - 1)

    return pattern.sub(replace, text), used


def _unmark(text: str, used: list[tuple[str, str]]) -> str | None:
    """The marks replaced by the glossary's words; None when the engine did not keep each of them once."""
    found = sorted(int(number) for number in _MARKED.findall(text))
    if found != list(range(len(used))):
        return None

    def replace(match: re.Match[str]) -> str:
        term = used[int(match[1])][1]
        return term[:1].upper() + term[1:] if match.group()[0].isupper() else term

    return _MARKED.sub(replace, text)


if __name__ == "__main__":
    main(sys.argv[1:])
