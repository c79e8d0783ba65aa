"""Tells the crime system what it is owed: signed, tried again for two days, and never lost without an alarm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from harbour.crime.link import OutboundTask, Progress, next_try
from harbour.crime.model import CrimeRef
from harbour.crime.ports import Answer, OutboundTasks, Post
from harbour.runtime.clock import Clock
from harbour.runtime.telemetry import alarm, count, log
from harbour.webhook.model import Key, sign

LONGEST_RETRY_AFTER: Final = timedelta(hours=24)

REFUSED: Final = frozenset({400, 410, 413, 415, 422})
"""The crime system wants no more (410), or will never take this: what it was sent stays the same. Everything else may
pass: a key that is being changed (401), an address that moves (404), load (429)."""


class LinkService:
    """Delivers tasks, messages and documents to crime systems.

    Parameters
    ----------
    endpoints
        By source.
    reached
        Told when a victim's message is with the officer.
    """

    def __init__(
        self,
        tasks: OutboundTasks,
        signing: Callable[[str], Key | None],
        post: Post,
        reached: Callable[[CrimeRef, str], None],
        endpoints: Mapping[str, str],
        clock: Clock,
    ) -> None:
        self._tasks = tasks
        self._signing = signing
        self._post = post
        self._reached = reached
        self._endpoints = endpoints
        self._clock = clock

    def deliver(self, crime: CrimeRef, ident: str) -> Progress | None:
        """Try once; how far it is then, none when there is no such task.

        May be called at any time and any number of times. The same task always goes with the same ``webhook-id``, so
        that a crime system which took it and whose answer was lost takes it once.
        """
        task = self._tasks.get(crime, ident)
        if task is None:
            return None
        if task.progress is not Progress.WAITING:
            self._tell(task)
            return task.progress
        now = self._clock.now()
        if task.next_at is not None and task.next_at > now:
            return task.progress
        answer = self._send(task)
        return self._after(task, answer)

    def _send(self, task: OutboundTask) -> Answer:
        endpoint, key = self._endpoints.get(task.source), self._signing(task.source)
        if endpoint is None or key is None:
            alarm("a crime system has no endpoint or no key", target=task.source)
            return Answer(status=0)
        at = int(self._clock.now().timestamp())
        body = task.body.encode()
        try:
            signature = sign(key.secret, task.id, at, body)
        except ValueError:
            alarm("a crime system's key is of no use", target=task.source)
            return Answer(status=0)
        headers = {
            "content-type": "application/json",
            "webhook-id": task.id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature,
        }
        return self._post(endpoint, body, headers)

    def _after(self, task: OutboundTask, answer: Answer) -> Progress:
        now = self._clock.now()
        if 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP
            after = replace(task, progress=Progress.DELIVERED, next_at=None)
        elif answer.status in REFUSED:
            after = replace(task, progress=Progress.STOPPED, next_at=None)
            alarm("a crime system refused what it was sent", code=str(answer.status))
        else:
            failures = task.failures + 1
            wish = min(answer.retry_after, LONGEST_RETRY_AFTER) if answer.retry_after else None
            at = next_try(failures, now, wish)
            progress = Progress.WAITING if at else Progress.DEAD
            after = replace(task, progress=progress, failures=failures, next_at=at)
            if at is None:
                alarm("a crime system was not reached for two days")
                count("LinkDead")
        if self._tasks.put(task, after):
            self._tell(after)
        log("link", outcome=after.progress.value, attempts=after.failures, code=str(answer.status))
        return after.progress

    def _tell(self, task: OutboundTask) -> None:
        if task.message and task.progress is Progress.DELIVERED:
            self._reached(task.crime, task.message)
