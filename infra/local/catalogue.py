"""``make catalogue``: every message type, one line of JSON each.

python -m infra.local.catalogue
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from typing import Any

from harbour.notification.catalogue import BrokenCatalogue, message_types
from harbour.notification.model import MessageType


def main() -> int:
    """Print them.

    Returns
    -------
    int
        0; 1 when the catalogue cannot be read.
    """
    asked = argparse.ArgumentParser(description="Print the message types as JSON lines.")
    asked.add_argument("--force", default="", help="as this force uses them")
    try:
        found = message_types(asked.parse_args().force)
    except BrokenCatalogue as broken:
        print(f"The catalogue cannot be read: {broken}", file=sys.stderr)
        return 1
    try:
        for one in found.values():
            print(json.dumps(line(one), ensure_ascii=False))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has read enough, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def line(one: MessageType) -> dict[str, Any]:
    """One type as it is printed."""
    return {
        "key": one.key,
        "stage": one.stage,
        "trigger": one.trigger,
        "channels": sorted(one.channels),
        "statutory": one.statutory,
        "languages": sorted(one.texts),
        "texts": {language: asdict(texts) for language, texts in one.texts.items()},
        "enhanced": {language: asdict(texts) for language, texts in one.enhanced.items()},
        "version": one.version,
        "right": one.right,
        "limit": one.limit,
        "audience": one.audience,
        "pierces_quiet_hours": one.pierces_quiet_hours,
    }


if __name__ == "__main__":
    sys.exit(main())
