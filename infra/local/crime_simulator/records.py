"""What the simulated crime systems know, kept in one JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody in a crime, as an officer typed them. ``contact``: one of `payloads.CONTACTS`."""

    id: str
    role: str
    given: str = ""
    family: str = ""
    born: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""
    contact: str = ""


@dataclass(slots=True, kw_only=True)
class Posted:
    """One update as it was sent. ``status`` 0: nobody answered."""

    id: str
    kind: str
    at: str
    body: str
    sent_at: str
    status: int = 0
    answer: str = ""
    corrects: str = ""
    withdraws: str = ""
    withdrawn: bool = False

    @property
    def accepted(self) -> bool:
        """Whether Harbour has it."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP


@dataclass(slots=True, kw_only=True)
class Stamped:
    """A message of the victim, stamped into the crime."""

    id: str
    at: str
    text: str
    person: str = ""
    due_at: str = ""
    answer: str = ""


@dataclass(slots=True, kw_only=True)
class Task:
    """Something that an officer should do."""

    id: str
    at: str
    reason: str
    title: str
    detail: str = ""
    due_at: str = ""
    done: bool = False


@dataclass(slots=True, kw_only=True)
class Document:
    """Something to attach to the crime report."""

    id: str
    at: str
    name: str
    sha256: str
    url: str
    media_type: str


@dataclass(slots=True, kw_only=True)
class Meeting:
    """An appointment that was posted: a change or a cancellation names the same one."""

    id: str
    when: str
    what: str
    where: str
    cancelled: bool = False


@dataclass(slots=True, kw_only=True)
class Crime:
    """One crime of one system. ``officer``: the collar number of who deals with it."""

    id: str
    reference: str
    source: str
    offence: str
    area: str
    recorded: str
    officer: str
    persons: list[Person] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)
    messages: list[Stamped] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)

    @property
    def victim(self) -> Person:
        """The first person of every crime."""
        return self.persons[0]

    @property
    def waiting(self) -> int:
        """What an officer has not done yet."""
        return sum(not one.answer for one in self.messages) + sum(not one.done for one in self.tasks)


_LISTS: Mapping[str, type[Any]] = {
    "persons": Person,
    "posted": Posted,
    "messages": Stamped,
    "tasks": Task,
    "documents": Document,
    "meetings": Meeting,
}


class Records:
    """All crimes, in memory and in a file. A write replaces the file, so that a kill leaves the old or the new one."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "crime-systems.json"
        self.crimes: dict[str, Crime] = {}
        if self._file.exists():
            for document in json.loads(self._file.read_text("utf-8"))["crimes"]:
                lists = {name: [kind(**one) for one in document[name]] for name, kind in _LISTS.items()}
                self.crimes[document["id"]] = Crime(**document | lists)

    def by_reference(self, source: str, reference: str) -> Crime | None:
        """The crime that ``source`` calls so."""
        found = (one for one in self.crimes.values() if (one.source, one.reference) == (source, reference))
        return next(found, None)

    def keep(self) -> None:
        """Write everything."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".new")
        document = {"crimes": [asdict(one) for one in self.crimes.values()]}
        unfinished.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
        unfinished.replace(self._file)
