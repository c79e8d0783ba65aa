"""Everything that was sent by text and e-mail, read from the embedded cloud's own inspection addresses.

A text has no time of its own there, so the cloud is looked at twice a second, and each message is remembered with the
moment at which it was first seen, over restarts: only so does the newest come last.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientSession

TEXTS: Final = "/_ministack/sns/sms-messages"
MAILS: Final = "/_ministack/ses/messages"

LOOK_EVERY_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One message that was sent. ``id``: the provider's."""

    id: str
    channel: str
    to: str
    subject: str
    text: str
    html: str
    at: str

    def shown(self) -> dict[str, str]:
        """As ``outbox.json`` lists it."""
        return {name: value for name, value in asdict(self).items() if name != "id"}


class Outbox:
    """What was sent, newest last.

    Parameters
    ----------
    cloud
        Address of the embedded cloud.
    folder
        Where it is remembered when each message came.
    """

    def __init__(self, cloud: str, session: ClientSession, folder: Path) -> None:
        self._cloud = cloud
        self._session = session
        self._file = folder / "outbox-seen.json"
        self._seen: dict[str, str] = json.loads(self._file.read_text("utf-8")) if self._file.exists() else {}

    async def items(self) -> list[Item]:
        """All messages. Raises ``ClientError`` when the cloud does not answer."""
        texts, mails = await asyncio.gather(self._get(TEXTS), self._get(MAILS))
        now, known = datetime.now(UTC), len(self._seen)
        found = [
            Item(**one, at=self._seen.setdefault(one["id"], stamp(at or now)))
            for one, at in (*_texts(texts), *_mails(mails))
        ]
        if len(self._seen) != known:
            self._keep({item.id for item in found})
        return sorted(found, key=lambda item: item.at)

    async def watch(self) -> None:
        """Look again and again, so that the moment at which a message came is known."""
        while True:
            # The cloud starts, or stops: the next look tells.
            with contextlib.suppress(ClientError, TimeoutError, ValueError):
                await self.items()
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _keep(self, there: set[str]) -> None:
        # A cloud that was reset starts its ids anew: what is not there any more need not be remembered.
        self._seen = {ident: at for ident, at in self._seen.items() if ident in there}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".new")
        unfinished.write_text(json.dumps(self._seen, indent=1) + "\n", "utf-8")
        unfinished.replace(self._file)

    async def _get(self, path: str) -> Mapping[str, Any]:
        async with self._session.get(self._cloud + path) as answer:
            answer.raise_for_status()
            document: dict[str, Any] = await answer.json(content_type=None)
            return document


def stamp(at: datetime) -> str:
    """RFC 3339 with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _texts(document: Mapping[str, Any]) -> Iterator[tuple[dict[str, str], datetime | None]]:
    for number, sent in document.get("sms_messages", {}).items():
        for one in sent:
            yield (
                {
                    "id": str(one["MessageId"]),
                    "channel": "sms",
                    "to": str(number),
                    "subject": "",
                    "text": str(one.get("Message") or ""),
                    "html": "",
                },
                None,
            )


def _mails(document: Mapping[str, Any]) -> Iterator[tuple[dict[str, str], datetime | None]]:
    for sent in document.get("messages", {}).values():
        for one in sent:
            at = one.get("Timestamp")
            yield (
                {
                    "id": str(one["MessageId"]),
                    "channel": "email",
                    "to": ", ".join(one.get("To") or ()),
                    "subject": str(one.get("Subject") or ""),
                    "text": str(one.get("BodyText") or ""),
                    "html": str(one.get("BodyHtml") or ""),
                },
                datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else None,
            )
