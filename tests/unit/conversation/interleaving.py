"""Runs several operations at once and chooses, call by call, which goes on, and which machine stops for good.

Every call of a port is a place to switch and a place to crash, before and after its effect. One thread runs at a
time, so a failing schedule replays exactly.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from harbour.runtime.errors import HarbourError
from tests.unit.conversation.world import Crash, World


class Interleaving:
    """One round of operations under a chosen schedule."""

    def __init__(self, world: World, choose: Callable[[Sequence[int]], int], crash_at: Mapping[int, int]) -> None:
        self._world = world
        self._choose = choose
        self._crash_at = crash_at
        self._mine = threading.local()
        self._gates: list[threading.Semaphore] = []
        self._back = threading.Semaphore(0)
        self._steps: list[int] = []
        self.failures: list[BaseException] = []

    def run(self, operations: Sequence[Callable[[], None]]) -> None:
        """Run all of them to their end, or to their crash. Refusals are answers; anything else is a failure."""
        self._gates = [threading.Semaphore(0) for _ in operations]
        self._steps = [0] * len(operations)
        alive = set(range(len(operations)))

        def body(index: int) -> None:
            self._gates[index].acquire()
            self._mine.index = index
            try:
                operations[index]()
            except (Crash, HarbourError):
                pass
            except BaseException as error:  # noqa: BLE001 - reported by the test
                self.failures.append(error)
            alive.discard(index)
            self._back.release()

        threads = [threading.Thread(target=body, args=(i,), daemon=True) for i in range(len(operations))]
        for thread in threads:
            thread.start()
        self._world.on_step = self._at
        while alive:
            self._gates[self._choose(sorted(alive))].release()
            self._back.acquire()
        self._world.on_step = None
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def _at(self, _name: str) -> None:
        index = self._mine.index
        self._steps[index] += 1
        if self._crash_at.get(index) == self._steps[index]:
            raise Crash
        self._back.release()
        self._gates[index].acquire()
