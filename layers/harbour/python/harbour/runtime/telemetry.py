"""Logging and metrics: ids, codes and counts; never a text, a name, a number or an address.

A line is short on purpose (at most 600 bytes per invocation, design §9). The Powertools logger is made at the first
call, so that importing a function reads no environment.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

ALLOWED: Final = frozenset(
    {
        "action", "attempts", "code", "conversation", "count", "detail_type", "error", "failed", "function", "gone",
        "kind", "list", "ms", "outcome", "reason", "request", "role", "seq", "state", "target", "unreachable",
    }
)  # fmt: skip
"""The only keys that a log line may carry; a test sends a whole conversation and looks for anything else."""


@cache
def _logger() -> Logger:
    # Imported with the first line, which comes after the answer: the first message need not wait for it.
    from aws_lambda_powertools import Logger

    return Logger(log_uncaught_exceptions=False, log_record_order=["level", "message"], location=None, timestamp=None)


def log(message: str, /, **fields: str | int | float | None) -> None:
    """Write one line. ``message`` is a constant of the code; ``fields`` hold ids, codes and counts.

    Raises
    ------
    ValueError
        For a key outside :data:`ALLOWED`: content must not reach a log by a careless keyword.
    """
    _check(fields)
    _logger().info(message, extra={k: v for k, v in fields.items() if v is not None})


def alarm(message: str, /, **fields: str | int | float | None) -> None:
    """Like :func:`log`, at the level that the log alarm watches."""
    _check(fields)
    _logger().error(message, extra={k: v for k, v in fields.items() if v is not None})


def count(metric: str, value: int = 1) -> None:
    """Count something that a person watches (CloudWatch embedded metrics). Rare events only: a line costs 300 bytes."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric(name=metric, unit=MetricUnit.Count, value=value):
        pass


def failure(error: BaseException) -> dict[str, str]:
    """What may be said of an exception in a log: its type and the place it came from, never its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
    return {"error": type(error).__name__, "reason": where}


def _check(fields: dict[str, str | int | float | None]) -> None:
    unknown = fields.keys() - ALLOWED
    if unknown:
        raise ValueError(f"not a loggable field: {', '.join(sorted(unknown))}")
