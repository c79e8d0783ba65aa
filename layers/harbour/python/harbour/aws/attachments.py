"""Sealed packages on their way to the crime system, by the table ``cases``."""

from __future__ import annotations

from harbour.aws.tasks import TaskTable
from harbour.crime.link import package
from harbour.crime.model import CrimeRef
from harbour.evidence.model import Sealed
from harbour.runtime.clock import Clock


class CrimeReports:
    """See :class:`harbour.evidence.ports.Attach`.

    Parameters
    ----------
    officers_url
        Where the officers' API answers: the package's address is below it, and opens only for an officer who signed in.
    """

    def __init__(self, tasks: TaskTable, officers_url: str, clock: Clock) -> None:
        self._tasks = tasks
        self._officers_url = officers_url.rstrip("/")
        self._clock = clock

    def attach(self, crime: str, conversation: str, sealed: Sealed) -> None:
        """One conditional write. ``deadlines`` finds it within two minutes, so that sealing needs no other queue."""
        url = f"{self._officers_url}/conversations/{conversation}/package?why=investigation"
        self._tasks.create(package(CrimeRef(crime), conversation, sealed.sha256, url, self._clock.now()))
