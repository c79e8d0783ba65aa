"""The adapters of KMS and S3 under the same contract as the fakes, on moto where moto tells the truth.

moto lets a COMPLIANCE lock be shortened, which S3 does not: those rules are tested on the fake alone.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber
from cryptography.hazmat.primitives import serialization

from harbour.aws.evidence_store import S3EvidenceStore, presign
from harbour.aws.signing import KmsSigner
from harbour.evidence import reading
from harbour.evidence.dsse import one_form
from harbour.evidence.ports import AlreadyThere, EvidenceStore, Signer
from harbour.evidence.trust import Trust, TrustedKey
from harbour.evidence.verify import Verdict, verify
from harbour.runtime.clock import SystemClock
from harbour.runtime.errors import NotFound, Unavailable
from tests.unit.evidence.conversations import CONVERSATION, FULL, record_of
from tests.unit.evidence.world import LocalKey, World, WormStore

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

BUCKET = "evidence"
REGION: Final = "eu-west-2"
KEY = f"packages/eastshire/2026/{CONVERSATION}.zip"
NO_RETRY = Config(retries={"total_max_attempts": 1}, signature_version="s3v4")


@pytest.fixture
def s3(aws: None) -> S3Client:
    client: S3Client = boto3.client("s3", region_name=REGION, config=NO_RETRY)
    client.create_bucket(
        Bucket=BUCKET, ObjectLockEnabledForBucket=True, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return client


@pytest.fixture
def kms(aws: None) -> KMSClient:
    client: KMSClient = boto3.client("kms", region_name=REGION, config=Config(retries={"total_max_attempts": 1}))
    return client


@pytest.fixture
def kms_key(kms: KMSClient) -> str:
    return kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]


# -- the store -------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["fake", "s3"])
def store(request: pytest.FixtureRequest) -> EvidenceStore:
    if request.param == "fake":
        return WormStore()
    return S3EvidenceStore(request.getfixturevalue("s3"), BUCKET, timedelta(days=1), SystemClock())


class TestEveryStore:
    def test_gives_back_what_was_put(self, store: EvidenceStore) -> None:
        store.put_once("a/b.zip", b"package")
        assert store.get("a/b.zip") == b"package"

    def test_takes_a_key_once(self, store: EvidenceStore) -> None:
        store.put_once("a/b.zip", b"first")
        for data in (b"first", b"second"):
            with pytest.raises(AlreadyThere):
                store.put_once("a/b.zip", data)
        assert store.get("a/b.zip") == b"first"

    def test_says_that_there_is_nothing(self, store: EvidenceStore) -> None:
        with pytest.raises(NotFound):
            store.get("a/b.zip")

    def test_has_a_name(self, store: EvidenceStore) -> None:
        assert store.bucket.startswith("evidence")


def test_a_package_is_stored_under_a_compliance_lock_with_its_check_sum(s3: S3Client) -> None:
    store = S3EvidenceStore(s3, BUCKET, timedelta(days=30), SystemClock())
    store.put_once(KEY, b"package")
    head = s3.head_object(Bucket=BUCKET, Key=KEY)
    assert head["ObjectLockMode"] == "COMPLIANCE"
    remaining = head["ObjectLockRetainUntilDate"] - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < remaining <= timedelta(days=30)
    assert head["Metadata"] == {"sha256": hashlib.sha256(b"package").hexdigest()}
    assert head["ContentType"] == "application/zip"
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=head["VersionId"])


def test_the_request_is_one_put_that_s3_itself_checks() -> None:
    client = boto3.client("s3", region_name=REGION)
    digest = base64.b64encode(hashlib.sha256(b"package").digest()).decode()
    expected = {
        "Bucket": BUCKET,
        "Key": KEY,
        "Body": b"package",
        "IfNoneMatch": "*",
        "ContentType": "application/zip",
        "ChecksumAlgorithm": "SHA256",
        "ChecksumSHA256": digest,
        "Metadata": ANY,
        "ObjectLockMode": "COMPLIANCE",
        "ObjectLockRetainUntilDate": ANY,
    }
    with Stubber(client) as stub:
        stub.add_response("put_object", {}, expected)
        S3EvidenceStore(client, BUCKET, timedelta(days=1), SystemClock()).put_once(KEY, b"package")
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("PreconditionFailed", 412, AlreadyThere),
        ("ConditionalRequestConflict", 409, Unavailable),
        ("SlowDown", 503, Unavailable),
        ("InternalError", 500, Unavailable),
        ("ServiceUnavailable", 503, Unavailable),
        ("AccessDenied", 403, ClientError),
        ("NoSuchBucket", 404, ClientError),
    ],
)
def test_answers_of_s3_are_told_apart_by_their_code(code: str, status: int, expected: type[Exception]) -> None:
    client = boto3.client("s3", region_name=REGION, config=NO_RETRY)
    with Stubber(client) as stub:
        stub.add_client_error("put_object", code, "any text", status)
        with pytest.raises(expected):
            S3EvidenceStore(client, BUCKET, timedelta(days=1), SystemClock()).put_once(KEY, b"package")


def test_a_store_that_cannot_be_reached_is_unavailable() -> None:
    client = boto3.client(
        "s3", region_name=REGION, endpoint_url="http://127.0.0.1:1", config=NO_RETRY.merge(Config(connect_timeout=1))
    )
    store = S3EvidenceStore(client, BUCKET, timedelta(days=1), SystemClock())
    with pytest.raises(Unavailable):
        store.put_once(KEY, b"package")
    with pytest.raises(Unavailable):
        store.get(KEY)


def test_a_presigned_address_names_the_file_and_ends(s3: S3Client) -> None:
    query = parse_qs(urlsplit(presign(s3, BUCKET, KEY, 300)).query)
    assert query["X-Amz-Expires"] == ["300"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["response-content-disposition"] == [f'attachment; filename="{CONVERSATION}.zip"']
    assert query["response-content-type"] == ["application/zip"]
    assert query["response-cache-control"] == ["no-store"]


# -- the key ---------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["fake", "kms"])
def signer(request: pytest.FixtureRequest) -> Signer:
    if request.param == "fake":
        return LocalKey()
    return KmsSigner(request.getfixturevalue("kms"), request.getfixturevalue("kms_key"))


class TestEverySigner:
    def test_signs_what_its_public_key_verifies(self, signer: Signer) -> None:
        assert TrustedKey.of(signer.public_key()).made(one_form(signer.sign(b"message")), b"message")

    def test_does_not_sign_another_message_than_it_was_given(self, signer: Signer) -> None:
        assert not TrustedKey.of(signer.public_key()).made(one_form(signer.sign(b"message")), b"another")

    def test_refuses_more_than_kms_signs_as_it_is(self, signer: Signer) -> None:
        assert signer.sign(b"x" * 4_096)
        with pytest.raises(ValueError, match="4,096"):
            signer.sign(b"x" * 4_097)


def test_the_public_key_is_in_the_form_that_openssl_writes(kms: KMSClient, kms_key: str) -> None:
    pem = KmsSigner(kms, kms_key).public_key()
    again = serialization.load_pem_public_key(pem).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert pem == again


def test_the_public_key_is_asked_for_once() -> None:
    client = boto3.client("kms", region_name=REGION)
    with Stubber(client) as stub:
        stub.add_response("get_public_key", {"PublicKey": b"der"}, {"KeyId": "k"})
        signer = KmsSigner(client, "k")
        assert signer.public_key() == signer.public_key()


def test_kms_hashes_the_message_itself() -> None:
    client = boto3.client("kms", region_name=REGION)
    expected: dict[str, Any] = {
        "KeyId": "k",
        "Message": b"message",
        "MessageType": "RAW",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }
    with Stubber(client) as stub:
        stub.add_response("sign", {"Signature": b"der"}, expected)
        assert KmsSigner(client, "k").sign(b"message") == b"der"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("KMSInternalException", Unavailable),
        ("ThrottlingException", Unavailable),
        ("KeyUnavailableException", Unavailable),
        ("AccessDeniedException", ClientError),
        ("DisabledException", ClientError),
    ],
)
def test_answers_of_kms_are_told_apart_by_their_code(code: str, expected: type[Exception]) -> None:
    client = boto3.client("kms", region_name=REGION, config=Config(retries={"total_max_attempts": 1}))
    with Stubber(client) as stub:
        stub.add_client_error("sign", code)
        stub.add_client_error("get_public_key", code)
        signer = KmsSigner(client, "k")
        with pytest.raises(expected):
            signer.sign(b"message")
        with pytest.raises(expected):
            signer.public_key()


# -- together --------------------------------------------------------------------------------------------------------


def test_a_conversation_sealed_through_kms_and_s3_verifies_offline(s3: S3Client, kms: KMSClient, kms_key: str) -> None:
    world = World()
    world.add(record_of(FULL))
    signer = KmsSigner(kms, kms_key)
    store = S3EvidenceStore(s3, BUCKET, timedelta(days=1), SystemClock())
    sealed = world.service(signer=signer, store=store).seal(CONVERSATION)
    data = store.get(sealed.key)
    trusted = Trust("eastshire", (TrustedKey.of(signer.public_key()),))
    report = verify(reading.read_zip(data), trusted, CONVERSATION)
    assert report.verdict is Verdict.VERIFIED
    assert report.statement
    assert report.statement.bucket == BUCKET
    world.records.sealed.clear()  # as if the process had died before it could note where the package is
    assert world.service(signer=signer, store=store).seal(CONVERSATION) == sealed
    assert len(s3.list_object_versions(Bucket=BUCKET)["Versions"]) == 1
