"""Every minute: look at each conversation whose moment has come, and at who of the force may still be there."""

from __future__ import annotations

from harbour import bootstrap
from harbour.runtime.telemetry import log


def handler(_event: dict[str, object], _context: object) -> dict[str, int]:
    """Run the watch once, then the muster: whatever fails there has kept no victim waiting."""
    looked_at = bootstrap.watch().run()
    if looked_at:
        log("watch", count=looked_at)
    return {"looked_at": looked_at, "put_out": bootstrap.muster().run()}
