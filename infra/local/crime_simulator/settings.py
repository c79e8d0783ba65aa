"""What the simulator must know; written by ``make up``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """Where the simulator is, and whom it knows.

    Attributes
    ----------
    port
        Where it answers.
    webhook_url
        Where updates go; the source's name follows.
    cloud
        Address of the embedded cloud, for the outbox.
    sources
        Secrets by source, as they stand in Secrets Manager.
    state
        Folder in which crimes are kept.
    """

    port: int
    webhook_url: str
    cloud: str
    sources: Mapping[str, Mapping[str, Any]]
    state: str

    @classmethod
    def read(cls, file: Path) -> SimulatorSettings:
        """What `write` wrote."""
        return cls(**json.loads(file.read_text("utf-8")))

    def write(self, file: Path) -> None:
        """Keep it in a file that only its owner reads: it holds keys."""
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")
