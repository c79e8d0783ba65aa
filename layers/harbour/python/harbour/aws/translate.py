"""Amazon Translate as the engine.

The client is made by the composition root with :func:`client_config`, so that no request outlives the
deadline of the service that asks: a request that times out is not sent again here; the late-translation queue
asks again.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError

from harbour.translation.languages import amazon_translate_code, our_code
from harbour.translation.model import AUTO, Reason
from harbour.translation.ports import Rendered, TranslationUnavailable

if TYPE_CHECKING:
    from mypy_boto3_translate import TranslateClient
    from mypy_boto3_translate.type_defs import TranslateTextRequestTypeDef, TranslateTextResponseTypeDef

_logger = logging.getLogger(__name__)

# By error code, never by message text. What is not here is ``error``.
_REASONS: Final[dict[str, Reason]] = {
    "UnsupportedLanguagePairException": "no_engine",
    "DetectedLanguageLowConfidenceException": "no_engine",
    "RequestTimeout": "timeout",
    "RequestTimeoutException": "timeout",
}


def client_config(deadline_seconds: float) -> Config:
    """How the client must be set up for a service with this deadline: one attempt, given up before the deadline."""
    return Config(
        connect_timeout=deadline_seconds * 0.25,
        read_timeout=deadline_seconds * 0.7,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=20,
    )


class AmazonTranslator:
    """A :class:`~harbour.translation.ports.Translator` on TranslateText.

    Parameters
    ----------
    client
        made with :func:`client_config`.
    terminology
        name of the imported glossary, or ``None``. It is used where both languages are columns of it, and not
        when the source is to be detected, because then nobody knows yet whether it covers the pair.
    terminology_languages
        the glossary's columns (Amazon Translate's codes), see :func:`harbour.translation.glossary.languages`.
    engine
        what the record calls this engine.
    """

    def __init__(
        self,
        client: TranslateClient,
        *,
        terminology: str | None = None,
        terminology_languages: frozenset[str] = frozenset(),
        engine: str = "amazon-translate",
    ) -> None:
        self._client = client
        self._terminology = terminology
        self._terminology_languages = terminology_languages
        self._engine = engine

    def translate(self, text: str, *, source: str, target: str) -> Rendered:
        """``text`` in ``target``; one request, or none where a language has no engine."""
        source_code = AUTO if source == AUTO else amazon_translate_code(source)
        target_code = amazon_translate_code(target)
        if source_code is None or target_code is None:
            raise TranslationUnavailable("no_engine")
        answer = self._ask(
            {"Text": text, "SourceLanguageCode": source_code, "TargetLanguageCode": target_code},
            self._terminology_for(source_code, target_code),
        )
        return Rendered(answer["TranslatedText"], our_code(answer["SourceLanguageCode"]), self._engine)

    def _terminology_for(self, source_code: str, target_code: str) -> str | None:
        return self._terminology if {source_code, target_code} <= self._terminology_languages else None

    def _ask(self, request: TranslateTextRequestTypeDef, terminology: str | None) -> TranslateTextResponseTypeDef:
        try:
            if terminology is None:
                return self._client.translate_text(**request)
            try:
                return self._client.translate_text(**(request | {"TerminologyNames": [terminology]}))
            except self._client.exceptions.ResourceNotFoundException:
                # A glossary that is missing or being replaced must not silence a victim: without it is
                # better than not at all. Only what was translated is billed: the refusal cost nothing.
                _logger.warning("terminology %s is missing; translating without it", terminology)
                return self._client.translate_text(**request)
        except ClientError as refused:
            code = refused.response.get("Error", {}).get("Code", "")
            raise TranslationUnavailable(_REASONS.get(code, "error")) from None
        except (ConnectTimeoutError, ReadTimeoutError):
            raise TranslationUnavailable("timeout") from None
        except BotoCoreError:
            raise TranslationUnavailable("error") from None
