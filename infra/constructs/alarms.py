"""Alarms that all go to one topic."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class Alarms(Construct):
    """The topic, and a way to make an alarm that tells it when it starts and when it ends.

    An alarm's text names a function or a queue, never a person or a conversation.
    """

    def __init__(self, scope: Construct, construct_id: str, *, email: str | None) -> None:
        """Create the topic; ``email``, if given, has to confirm its subscription once."""
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True)
        if email is not None:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))
        self.all: list[cloudwatch.Alarm] = []

    def above(
        self,
        scope: Construct,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        meaning: str,
        *,
        periods: int = 1,
    ) -> cloudwatch.Alarm:
        """Alarm while ``metric`` is greater than ``threshold`` for ``periods`` periods; no data is good news."""
        return self._add(
            cloudwatch.Alarm(
                scope,
                f"{name}Alarm",
                metric=metric,
                threshold=threshold,
                evaluation_periods=periods,
                comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
                alarm_description=meaning,
            )
        )

    def missing(
        self, scope: Construct, name: str, metric: cloudwatch.IMetric, meaning: str, *, periods: int
    ) -> cloudwatch.Alarm:
        """Alarm when ``metric`` is below 1 or silent for ``periods`` periods: something that must run does not."""
        return self._add(
            cloudwatch.Alarm(
                scope,
                f"{name}Alarm",
                metric=metric,
                threshold=1,
                evaluation_periods=periods,
                comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
                treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
                alarm_description=meaning,
            )
        )

    def _add(self, alarm: cloudwatch.Alarm) -> cloudwatch.Alarm:
        action = actions.SnsAction(self.topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
        self.all.append(alarm)
        return alarm
