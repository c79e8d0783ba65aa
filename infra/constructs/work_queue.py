"""A queue of work, and where work goes that cannot be done."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config.settings import Settings
from infra.constructs.alarms import Alarms
from infra.constructs.function import HarbourFunction


class WorkQueue(Construct):
    """SQS queue with a dead-letter queue, both encrypted, TLS only, alarmed.

    A message is tried ``attempts`` times, six function time-outs apart (AWS's advice for a Lambda consumer), then
    kept 14 days in the dead-letter queue, from where SQS's own redrive (``StartMessageMoveTask``) puts it back.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        function_timeout: int,
        attempts: int,
        too_old: int,
        settings: Settings,
        alarms: Alarms,
        in_order: bool = False,
    ) -> None:
        """Create both queues.

        Parameters
        ----------
        name
            As it is called in alarms.
        function_timeout
            Of the consumer, seconds.
        attempts
            Deliveries before a message is put aside. ``6 * function_timeout * attempts`` is how long an outage
            of what the consumer needs may last without anyone having to redrive.
        too_old
            Seconds that the oldest message may wait before somebody is told.
        in_order
            True: messages of one group come one after the other (FIFO), thousands of groups side by side.
        """
        super().__init__(scope, construct_id)
        removal = RemovalPolicy.RETAIN if settings.keep else RemovalPolicy.DESTROY
        self.name = name
        self._settings = settings
        fifo = True if in_order else None
        self.dead = sqs.Queue(
            self,
            "Dead",
            fifo=fifo,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            removal_policy=removal,
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            fifo=fifo,
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if in_order else None,
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if in_order else None,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=Duration.seconds(6 * function_timeout),
            retention_period=Duration.days(14),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead, max_receive_count=attempts),
            removal_policy=removal,
        )
        minute = Duration.minutes(1)
        alarms.above(
            self,
            "DeadLetters",
            self.dead.metric_approximate_number_of_messages_visible(period=minute, statistic=cloudwatch.Stats.MAXIMUM),
            0,
            f"{name}: work was put aside after {attempts} attempts; find the cause, then redrive",
        )
        self.age = self.queue.metric_approximate_age_of_oldest_message(
            period=minute, statistic=cloudwatch.Stats.MAXIMUM
        )
        alarms.above(self, "OldestMessage", self.age, too_old, f"{name}: the oldest work waits over {too_old} s")

    def feeds(self, consumer: HarbourFunction, *, batch: int) -> None:
        """Deliver to a function, ``batch`` messages at a time; it reports which of them failed.

        A burst takes no more of the account's concurrency than `Sizing.batches`: live chats need the rest.
        """
        consumer.function.add_event_source(
            sources.SqsEventSource(
                self.queue,
                batch_size=batch,
                report_batch_item_failures=True,
                max_concurrency=self._settings.sizing[consumer.name].batches,
            )
        )
        consumer.allow(
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
            [self.queue.queue_arn],
        )
