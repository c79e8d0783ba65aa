"""One cold start, in a fresh interpreter: started by :mod:`tests.bench.measures.cold_start`. Standard library only.

client                      import boto3 and make a DynamoDB client; prints its seconds
function EVENT_FILE         prints the monotonic time; then imports ``app`` and hands it the event
"""

import json
import sys
import time


def client() -> None:
    """What the function's start is compared with."""
    began = time.monotonic()
    import boto3

    boto3.client("dynamodb")
    print(time.monotonic() - began, flush=True)


def function(event_file: str) -> None:
    """Everything that Lambda's INIT phase and the first event do up to the first request to AWS."""
    with open(event_file, encoding="utf-8") as file:  # noqa: PTH123 - pathlib would be imported for it
        event = json.load(file)
    print(time.monotonic(), flush=True)
    import app  # type: ignore[import-not-found]

    app.handler(event, None)


if __name__ == "__main__":
    if sys.argv[1] == "client":
        client()
    else:
        function(sys.argv[2])
