"""One local Harbour: where it keeps its files and on which ports it answers.

``make up`` uses the instance in ``.harbour``; the browser tests make one of their own, on free ports, so that neither
disturbs the other.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

ROOT: Final = Path(__file__).resolve().parents[2]
"""The checkout."""

LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts listen, all on the loopback address only."""

    cloud: int = 4566
    """The embedded cloud."""
    pages: int = 8600
    """Harbour's one web address: what CloudFront is on AWS."""
    force: int = 8601
    """The demonstration page of a police force, a site of its own."""
    translate: int = 8602
    """The stand-in for Amazon Translate."""
    crime: int = 8603
    """The simulator of a crime system, and the outbox."""

    VARIABLES = {  # noqa: RUF012 - a constant, and not a field
        "cloud": "HARBOUR_CLOUD_PORT",
        "pages": "HARBOUR_PAGES_PORT",
        "force": "HARBOUR_FORCE_PORT",
        "translate": "HARBOUR_TRANSLATE_PORT",
        "crime": "HARBOUR_CRIME_PORT",
    }

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """The usual ports, or those that ``HARBOUR_*_PORT`` name.

        Raises
        ------
        ValueError
            When a variable holds no port number, or two of them the same; the text is for people.
        """
        chosen: dict[str, int] = {}
        for name, variable in cls.VARIABLES.items():
            text = environ.get(variable, "").strip()
            if not text:
                continue
            if not (text.isascii() and text.isdecimal()) or not 0 < int(text) < 65536:  # noqa: PLR2004 - the range of TCP ports
                raise ValueError(f"{variable}={text} is not a port number")
            chosen[name] = int(text)
        ports = cls(**chosen)
        if len(set(ports.by_name().values())) < len(cls.VARIABLES):
            raise ValueError(f"each part needs a port of its own: {ports}")
        return ports

    @classmethod
    def free(cls) -> Self:
        """As many ports that nobody listens on now."""
        sockets = [socket.socket() for _ in cls.VARIABLES]
        try:
            for one in sockets:
                one.bind((LOOPBACK, 0))
            return cls(*(one.getsockname()[1] for one in sockets))
        finally:
            for one in sockets:
                one.close()

    def by_name(self) -> dict[str, int]:
        """``{"cloud": 4566, …}``."""
        return {name: getattr(self, name) for name in self.VARIABLES}


@dataclass(frozen=True, slots=True)
class Instance:
    """A place and its ports; every path and address of a local Harbour is derived from these two."""

    home: Path
    ports: Ports

    @classmethod
    def of_this_checkout(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The instance of ``make up``: in ``.harbour``, or in the folder that ``HARBOUR_HOME`` names."""
        environ = os.environ if environ is None else environ
        return cls(Path(environ.get("HARBOUR_HOME") or ROOT / ".harbour").resolve(), Ports.from_environment(environ))

    @classmethod
    def running_in(cls, home: Path) -> Self:
        """The instance whose ``local.json`` is in that folder.

        Raises
        ------
        OSError, KeyError, ValueError
            There is none.
        """
        document = json.loads((home / "local.json").read_text("utf-8"))
        cloud, pages, force, crime = (
            urlsplit(document[name]).port or 0
            for name in ("aws_endpoint", "console_page", "widget_page", "crime_simulator_page")
        )
        return cls(home.resolve(), Ports(cloud=cloud, pages=pages, force=force, crime=crime))

    @property
    def cloud_address(self) -> str:
        """The embedded cloud, for AWS clients."""
        return f"http://{LOOPBACK}:{self.ports.cloud}"

    @property
    def pages_address(self) -> str:
        """Harbour's one web address."""
        return f"http://{LOOPBACK}:{self.ports.pages}"

    @property
    def force_address(self) -> str:
        """The demonstration page of the force."""
        return f"http://{LOOPBACK}:{self.ports.force}"

    @property
    def translate_address(self) -> str:
        """The stand-in for Amazon Translate."""
        return f"http://{LOOPBACK}:{self.ports.translate}"

    @property
    def crime_address(self) -> str:
        """The simulator of a crime system."""
        return f"http://{LOOPBACK}:{self.ports.crime}"

    @property
    def logs(self) -> Path:
        """One file per background service and per installer."""
        return self.home / "logs"

    @property
    def run(self) -> Path:
        """One file per background service that was started."""
        return self.home / "run"

    @property
    def state(self) -> Path:
        """What the embedded cloud keeps across restarts."""
        return self.home / "state"

    @property
    def temporary(self) -> Path:
        """Unpacked functions and other files that need not survive a stop."""
        return self.home / "tmp"

    @property
    def outputs(self) -> Path:
        """The outputs of the deployed stacks, by stack."""
        return self.home / "outputs.json"

    @property
    def local_json(self) -> Path:
        """Where everything is, for tests and other programs."""
        return self.home / "local.json"

    @property
    def trust_json(self) -> Path:
        """The public keys that a sealed package of this instance is verified with."""
        return self.home / "trust.json"

    @property
    def officers_json(self) -> Path:
        """The demonstration officers and their secrets."""
        return self.home / "officers.json"

    @property
    def sample(self) -> Path:
        """The sealed package of ``make sample``."""
        return self.home / "sample"

    def log(self, name: str) -> Path:
        """The log file of that service or step."""
        return self.logs / f"{name}.log"

    def shown(self, path: Path) -> str:
        """``path`` as a person in the checkout would type it."""
        return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
