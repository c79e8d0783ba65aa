"""What runs every minute, and where is put aside what EventBridge could not deliver."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.function import HarbourFunction

_MINUTE = Duration.minutes(1)


def undelivered(scope: Construct, alarms: Alarms, meaning: str) -> sqs.Queue:
    """A queue for what EventBridge could not deliver; anything in it raises an alarm with these words."""
    queue = sqs.Queue(
        scope,
        "Undelivered",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )
    waiting = queue.metric_approximate_number_of_messages_visible(period=_MINUTE, statistic=cloudwatch.Stats.MAXIMUM)
    alarms.above(scope, "Undelivered", waiting, 0, meaning)
    return queue


def every_minute(scope: Construct, called: HarbourFunction, description: str, dead: sqs.Queue) -> None:
    """Call the function each minute. A run that fails is not tried again: the next does the same work."""
    events.Rule(
        scope,
        "EveryMinute",
        description=description,
        schedule=events.Schedule.rate(_MINUTE),
        targets=[
            targets.LambdaFunction(called.function, dead_letter_queue=dead, retry_attempts=0, max_event_age=_MINUTE)
        ],
    )
    called.function.configure_async_invoke(retry_attempts=0, max_event_age=_MINUTE)


def alarm_if_stopped(called: HarbourFunction, alarms: Alarms, meaning: str) -> None:
    """An alarm when it has not been called for 5 minutes."""
    runs = called.function.metric_invocations(period=_MINUTE, statistic=cloudwatch.Stats.SUM)
    alarms.missing(called.function, "Stopped", runs, meaning, periods=5)
