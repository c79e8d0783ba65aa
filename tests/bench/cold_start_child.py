"""One cold start, in a fresh interpreter: started by :mod:`tests.bench.measures.cold_start`. Standard library only.

nothing                 ends at once: what the interpreter itself costs
client                  import boto3 and make a DynamoDB client, then end
function EVENT_FILE     import ``app`` and hand it the event; is ended from outside at its first request
"""

import json
import os
import sys


def client() -> None:
    """What the function's start is compared with."""
    import boto3

    boto3.client("dynamodb")


def function(event_file: str) -> None:
    """Everything that Lambda's INIT phase and the first event do up to the first request to AWS."""
    with open(event_file, encoding="utf-8") as file:  # noqa: PTH123 - pathlib would be imported for it
        event = json.load(file)
    import app  # type: ignore[import-not-found]

    app.handler(event, None)


if __name__ == "__main__":
    match sys.argv[1]:
        case "client":
            client()
        case "function":
            function(sys.argv[2])
    # Without tidying up: a function's process is never taken down in the middle of its work either.
    os._exit(0)
