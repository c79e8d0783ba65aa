"""Everything that was sent by text and e-mail, read from the embedded cloud's own inspection addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import ClientSession

TEXTS: Final = "/_ministack/sns/sms-messages"
MAILS: Final = "/_ministack/ses/messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One message that was sent."""

    channel: str
    to: str
    subject: str
    text: str
    html: str
    at: str

    def shown(self) -> dict[str, str]:
        """As `outbox.json` lists it."""
        return {name: getattr(self, name) for name in ("channel", "to", "subject", "text", "html", "at")}


class Outbox:
    """What was sent, newest last. A text has no time of its own there: it gets that at which it was first seen."""

    def __init__(self, cloud: str, session: ClientSession) -> None:
        self._cloud = cloud
        self._session = session
        self._seen: dict[str, str] = {}

    async def items(self) -> list[Item]:
        """All messages."""
        texts, mails = await self._get(TEXTS), await self._get(MAILS)
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        found = [
            Item(
                channel="sms",
                to=number,
                subject="",
                text=str(one["Message"]),
                html="",
                at=self._seen.setdefault(one["MessageId"], now),
            )
            for number, sent in texts.get("sms_messages", {}).items()
            for one in sent
        ]
        for sent in mails.get("messages", {}).values():
            for one in sent:
                found.append(
                    Item(
                        channel="email",
                        to=", ".join(one["To"]),
                        subject=one["Subject"] or "",
                        text=one["BodyText"] or "",
                        html=one["BodyHtml"] or "",
                        at=self._seen.setdefault(one["MessageId"], now),
                    )
                )
        return sorted(found, key=lambda item: item.at)

    async def _get(self, path: str) -> Mapping[str, Any]:
        async with self._session.get(self._cloud + path) as answer:
            document: dict[str, Any] = await answer.json(content_type=None)
            return document
