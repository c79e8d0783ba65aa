"""Runs one function as Lambda's runtime does: started by :mod:`tests.bench.functions`, in a process of its own.

Standard library only, and nothing of this project: ``PYTHONPATH`` holds the unpacked zips and nothing else.

    python lambda_host.py app.handler 3      events as JSON lines on standard input, answers as JSON lines on fd 3
"""

import importlib
import json
import os
import sys


class Context:
    """What a function may ask of Lambda's context."""

    function_name = "harbour-bench"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-2:123456789012:function:harbour-bench"

    def __init__(self, request_id: str) -> None:
        self.aws_request_id = request_id

    def get_remaining_time_in_millis(self) -> int:
        """Plenty."""
        return 15_000


def main() -> None:
    """Answer events until standard input ends."""
    module, _, name = sys.argv[1].partition(".")
    handler = getattr(importlib.import_module(module), name)
    with os.fdopen(int(sys.argv[2]), "w", encoding="utf-8") as answers:
        for number, line in enumerate(sys.stdin):
            os.environ["_X_AMZN_TRACE_ID"] = f"Root=1-6921a5d2-{number:024x};Parent={number:016x};Sampled=1"
            answer = handler(json.loads(line), Context(f"8f5f1b1c-0000-4000-8000-{number:012x}"))
            sys.stdout.flush()
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
