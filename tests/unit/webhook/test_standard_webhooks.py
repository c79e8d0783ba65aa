"""Standard Webhooks: the published examples, the published library as a peer, and everything that is not exactly right.

Source of the cases: github.com/standard-webhooks/standard-webhooks, ``spec/standard-webhooks.md`` and the tests of its
libraries (the secret, id, time and payload below are theirs).
"""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from harbour.webhook.model import (
    HEADERS,
    TOLERANCE_SECONDS,
    Key,
    Refused,
    same_certificate,
    same_header,
    sign,
    verify,
)

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"another-secret-of-32-bytes-long!").decode()
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
NOW = datetime.fromtimestamp(AT, UTC)
KEYS = (Key(id="one", secret=SECRET),)

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNING = "whsk_" + base64.b64encode(bytes(range(32)) + PRIVATE.public_key().public_bytes_raw()).decode()
PUBLIC = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()


ANY = st.characters(exclude_categories=())
"""Half characters, too: a header is whatever API Gateway hands on."""


def headers(signature: str = SIGNATURE, *, ident: str = ID, at: object = AT) -> dict[str, str]:
    return dict(zip(HEADERS, (ident, str(at), signature), strict=True))


def refused(given: dict[str, str], keys: tuple[Key, ...] = KEYS, body: bytes = BODY, now: datetime = NOW) -> str:
    with pytest.raises(Refused) as caught:
        verify(given, body, keys, now)
    return caught.value.reason


def test_the_published_example_is_signed_and_taken_as_published() -> None:
    assert sign(SECRET, ID, AT, BODY) == SIGNATURE
    assert verify(headers(), BODY, KEYS, NOW).id == ID


@given(body=st.text(max_size=200), ident=st.from_regex(r"msg_[A-Za-z0-9]{1,40}", fullmatch=True))
def test_the_published_library_takes_ours_and_we_take_its(body: str, ident: str) -> None:
    now = datetime.now(UTC)
    peer, sent = Webhook(SECRET), body.encode()
    ours = headers(sign(SECRET, ident, int(now.timestamp()), sent), ident=ident, at=int(now.timestamp()))
    theirs = headers(peer.sign(ident, now, body), ident=ident, at=int(now.timestamp()))
    with patch("json.loads", lambda text: text):  # the library reads the body as JSON, which is not the question
        assert peer.verify(body, ours) == body
    assert verify(theirs, sent, KEYS, now).id == ident


def test_the_published_library_refuses_what_we_refuse() -> None:
    now = datetime.now(UTC)
    given = headers(sign(OTHER, ID, int(now.timestamp()), BODY), at=int(now.timestamp()))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY, given)
    assert refused(given, now=now) == "signature"


def test_ed25519_is_signed_with_the_private_half_and_checked_with_the_public() -> None:
    made = sign(SIGNING, ID, AT, BODY)
    PRIVATE.public_key().verify(base64.b64decode(made.removeprefix("v1a,")), f"{ID}.{AT}.".encode() + BODY)
    assert verify(headers(made), BODY, (Key(id="e", secret=PUBLIC),), NOW).id == ID
    assert refused(headers(made), (Key(id="e", secret=PUBLIC),), body=BODY + b" ") == "signature"


def test_a_public_key_is_never_taken_for_a_shared_secret() -> None:
    """Who knows the public half could otherwise sign with it."""
    forged = base64.b64encode(
        hmac.digest(base64.b64decode(PUBLIC.removeprefix("whpk_")), f"{ID}.{AT}.".encode() + BODY, "sha256")
    ).decode()
    assert refused(headers(f"v1,{forged}"), (Key(id="e", secret=PUBLIC),)) == "signature"
    assert refused(headers(f"v1a,{forged}"), (Key(id="e", secret=PUBLIC),)) == "signature"
    assert refused(headers(SIGNATURE.replace("v1,", "v1a,")), KEYS) == "signature"


def test_while_keys_are_changed_both_are_taken_and_afterwards_only_the_new_one() -> None:
    old, new = Key(id="old", secret=SECRET), Key(id="new", secret=OTHER)
    by_old, by_new = sign(SECRET, ID, AT, BODY), sign(OTHER, ID, AT, BODY)
    for signature in (by_old, by_new, f"{by_new} {by_old}"):
        assert verify(headers(signature), BODY, (old, new), NOW).id == ID
    retired = (Key(id="old", secret=SECRET, active=False), new)
    assert refused(headers(by_old), retired) == "signature"
    assert verify(headers(f"{by_old} {by_new}"), BODY, retired, NOW).id == ID


def test_a_key_that_was_stored_wrongly_does_not_take_the_others_with_it() -> None:
    broken = [Key(id="b", secret=secret) for secret in ("", "whsec_", "whsec_?", "whsec_c2hvcnQ=", "whpk_AAAA")]
    assert verify(headers(), BODY, (*broken, *KEYS), NOW).id == ID
    assert refused(headers(), tuple(broken)) == "signature"


@pytest.mark.parametrize("seconds", [-TOLERANCE_SECONDS, 0, TOLERANCE_SECONDS])
def test_five_minutes_either_way_are_taken(seconds: int) -> None:
    assert verify(headers(), BODY, KEYS, NOW + timedelta(seconds=seconds)).at == AT


@pytest.mark.parametrize("seconds", [-TOLERANCE_SECONDS - 1, TOLERANCE_SECONDS + 1, 86_400 * 365])
def test_a_second_more_is_refused(seconds: int) -> None:
    assert refused(headers(), now=NOW + timedelta(seconds=seconds)) == "clock"


@pytest.mark.parametrize(
    "at",
    ["", " ", "NaN", "inf", "-1614265330", "+1614265330", "1614265330.0", "1e9", "0x60", "01614265330",
     "1_614_265_330", "١٦١٤٢٦٥٣٣٠", f" {AT}", f"{AT}\n", "9" * 13, "9" * 5_000],
)  # fmt: skip
def test_a_time_that_is_no_plain_whole_number_is_refused(at: str) -> None:
    assert refused(headers(at=at)) == "timestamp"


@pytest.mark.parametrize("ident", ["", " ", "a b", "a.b", "é", "a\n", "\x00", "x" * 101])
def test_an_id_that_could_be_read_in_two_ways_is_refused(ident: str) -> None:
    assert refused(headers(ident=ident)) == "id"
    with pytest.raises(ValueError, match="visible ASCII"):
        sign(SECRET, ident, AT, BODY)


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_is_missing_is_refused(name: str) -> None:
    assert refused({key: value for key, value in headers().items() if key != name})


@pytest.mark.parametrize(
    "signature",
    ["", ",", "v1", "v1,", "v1,?", "v2," + SIGNATURE[3:], SIGNATURE[3:], SIGNATURE[:-2], SIGNATURE.lower(),
     SIGNATURE.replace("v1,", "v1, "), SIGNATURE + "=", "v1,é", "v1a,AAAA", " ".join(["v1,AAAA"] * 9_999)],
)  # fmt: skip
def test_a_signature_that_is_not_exactly_right_is_refused(signature: str) -> None:
    assert refused(headers(signature)) == "signature"


def test_a_signature_is_found_among_others_but_not_behind_endless_ones() -> None:
    assert verify(headers(f"v1a,AAAA v1,AAAA {SIGNATURE}"), BODY, KEYS, NOW).id == ID
    assert refused(headers(" ".join(["v1,AAAA"] * 16 + [SIGNATURE]))) == "signature"


@given(bit=st.integers(0, len(BODY) * 8 - 1))
def test_one_bit_of_the_body_is_enough(bit: int) -> None:
    changed = bytearray(BODY)
    changed[bit // 8] ^= 1 << (bit % 8)
    assert refused(headers(), body=bytes(changed)) == "signature"


@given(
    given=st.dictionaries(st.sampled_from(HEADERS), st.text(ANY, max_size=80)),
    body=st.binary(max_size=80),
    secrets=st.lists(st.text(max_size=60), max_size=3),
)
def test_whatever_comes_it_is_taken_or_refused_and_nothing_else(
    given: dict[str, str], body: bytes, secrets: list[str]
) -> None:
    keys = tuple(Key(id=str(number), secret=secret) for number, secret in enumerate(secrets))
    assert refused(given, keys, body)


@given(signature=st.text(ANY, max_size=200))
def test_whatever_stands_in_the_signature_it_is_refused(signature: str) -> None:
    keys = (*KEYS, Key(id="e", secret=PUBLIC))
    assert refused(headers(f"v1,{signature} v1a,{signature}"), keys) == "signature"


def test_secrets_are_compared_in_constant_time() -> None:
    with patch("harbour.webhook.model.hmac.compare_digest", return_value=False) as compare:
        assert refused(headers(f"{SIGNATURE} {SIGNATURE}"), (*KEYS, Key(id="two", secret=OTHER))) == "signature"
    assert compare.call_count == 4, "every signature is tried with every key, whether one has fitted or not"


def test_a_fixed_header_is_the_agreed_one_and_never_an_empty_one() -> None:
    assert same_header("open sesame", "open sesame")
    assert not same_header("", "")
    assert not same_header("open sesam", "open sesame")
    assert not same_header("ö", "o")
    assert not same_header("\ud83d", "o")
    with patch("harbour.webhook.model.hmac.compare_digest", return_value=True) as compare:
        assert same_header("a", "b")
    assert compare.call_count == 1, "in constant time"


def test_a_certificate_is_known_by_its_whole_fingerprint_however_written() -> None:
    print_ = "ab" * 32
    assert same_certificate(print_, ":".join(["AB"] * 32))
    assert not same_certificate("cd" * 32, print_)
    assert not same_certificate("\ud83d", print_)
    for short in ("", "ab", "ab" * 20):
        assert not same_certificate(short, short)
