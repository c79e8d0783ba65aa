"""What must never be lost: conversations, cases, sealed evidence, and the key that signs it."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config.settings import Settings
from infra.config.table import CASES_INDEXES, INDEXES, PARTITION_KEY, SORT_KEY, TIME_TO_LIVE, Index


class HarbourData(Stack):
    """Stateful resources only, so that everything else can be deleted and deployed again.

    Encryption of the tables: with the AWS-managed DynamoDB key, whose every use is in CloudTrail. A key of our own
    would only add a way to delete the key; and its grants to six roles are six more ways for a chat to fail while
    somebody waits for an answer.

    Encryption of the evidence: S3's own keys, for the same reason, stronger here: a locked package must stay
    readable for as long as the lock lasts, so no key that a person can delete may be needed to read it.

    Attributes
    ----------
    conversations, cases, evidence, signing_key
        For the other stacks.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, **stack: object) -> None:
        """Create them; ``stack`` goes to `Stack`."""
        super().__init__(scope, construct_id, **stack)  # type: ignore[arg-type]
        self._settings = settings
        self._removal = RemovalPolicy.RETAIN if settings.keep else RemovalPolicy.DESTROY
        self.conversations = self._table("Conversations", INDEXES)
        self.cases = self._table("Cases", CASES_INDEXES)
        self.evidence = self._evidence()
        self.signing_key = self._signing_key()
        CfnOutput(self, "ConversationsTable", value=self.conversations.table_name)
        CfnOutput(self, "CasesTable", value=self.cases.table_name)
        CfnOutput(self, "EvidenceBucket", value=self.evidence.bucket_name)
        CfnOutput(self, "SigningKeyArn", value=self.signing_key.key_arn)

    def _table(self, name: str, indexes: Iterable[Index]) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            name,
            partition_key=dynamodb.Attribute(name=PARTITION_KEY, type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name=SORT_KEY, type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=self._settings.keep,
            removal_policy=self._removal,
            time_to_live_attribute=TIME_TO_LIVE,
        )
        for index in indexes:
            table.add_global_secondary_index(
                index_name=index.name,
                partition_key=dynamodb.Attribute(name=index.name, type=dynamodb.AttributeType.STRING),
                sort_key=dynamodb.Attribute(
                    name=index.sort_key,
                    type=(dynamodb.AttributeType.NUMBER if index.sort_by_number else dynamodb.AttributeType.STRING),
                ),
                projection_type=(dynamodb.ProjectionType.KEYS_ONLY if index.keys_only else dynamodb.ProjectionType.ALL),
            )
        return table

    def _evidence(self) -> s3.Bucket:
        access_log = s3.Bucket(
            self,
            "EvidenceAccessLog",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(400))],
            # never emptied by CloudFormation, so deleting it would fail anyway
            removal_policy=RemovalPolicy.RETAIN,
        )
        return s3.Bucket(
            self,
            "Evidence",
            versioned=True,
            object_lock_enabled=True,
            object_lock_default_retention=s3.ObjectLockRetention.compliance(
                Duration.days(self._settings.seal_retention_days)
            ),
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            server_access_logs_bucket=access_log,
            server_access_logs_prefix="evidence/",
            # locked objects cannot be removed, in any environment
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _signing_key(self) -> kms.Key:
        return kms.Key(
            self,
            "SigningKey",
            description="Signs the statements of sealed conversations (ECDSA P-256)",
            key_spec=kms.KeySpec.ECC_NIST_P256,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            # signatures stay checkable with the public key alone; the key itself is kept in every environment,
            # so that a statement's key id never points to nothing
            removal_policy=RemovalPolicy.RETAIN,
            pending_window=Duration.days(30),
        )
