"""GOV.UK Notify as a second provider: its own templates hold one placeholder, so that our text is what goes out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from harbour.contact.model import Channel
from harbour.notification.ports import NotTaken, Unsure
from harbour.notification.render import Rendered
from harbour.runtime.telemetry import alarm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notifications_python_client.errors import HTTPError

_TOO_MANY: Final = 429
_SERVER: Final = 500


class GovNotify:
    """See :class:`harbour.notification.ports.Provider`.

    Parameters
    ----------
    secret
        ``{"api_key", "sms_template", "email_template"}``; read at the first message.
    """

    name = "notify"
    channels = frozenset({Channel.SMS, Channel.EMAIL})

    def __init__(self, secret: Callable[[], Mapping[str, str]], client: Any = None) -> None:
        self._secret = secret
        self._given = client

    def send(self, to: str, rendered: Rendered, reference: str) -> str:
        """One call; Notify itself tries the networks again.

        A refusal is ours to mend, as with Amazon: a key, a template, a limit. Receipts say that a number is dead.
        """
        from notifications_python_client.errors import HTTPError, InvalidResponse

        try:
            if rendered.channel is Channel.SMS:
                answer = self._client.send_sms_notification(
                    phone_number=to,
                    template_id=self._secret()["sms_template"],
                    personalisation={"text": rendered.text},
                    reference=reference,
                )
            else:
                answer = self._client.send_email_notification(
                    email_address=to,
                    template_id=self._secret()["email_template"],
                    personalisation={"subject": rendered.subject, "text": rendered.text},
                    reference=reference,
                )
        except HTTPError as error:
            raise _refusal(error) from None
        except InvalidResponse as error:
            raise Unsure(type(error).__name__) from None
        return str(answer["id"])

    def find(self, reference: str) -> str | None:
        """Notify can be asked for what was handed over with a reference.

        Raises
        ------
        Unsure
        """
        from notifications_python_client.errors import HTTPError, InvalidResponse

        try:
            answer = self._client.get_all_notifications(reference=reference)
        except (HTTPError, InvalidResponse) as error:
            raise Unsure(type(error).__name__) from None
        found: Iterable[Mapping[str, Any]] = answer["notifications"]
        return next((str(one["id"]) for one in found if one.get("reference") == reference), None)

    @cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        from notifications_python_client.notifications import NotificationsAPIClient

        # It would write Notify's own words into our log.
        logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)
        return NotificationsAPIClient(self._secret()["api_key"], timeout=15)  # type: ignore[no-untyped-call]


def _refusal(error: HTTPError) -> NotTaken | Unsure:
    """What an error of the client means. It hides why there was no answer: the reason is what it was raised from."""
    from requests.exceptions import ConnectTimeout

    if error.response is None:
        never_left = isinstance(error.__cause__, ConnectTimeout)
        return NotTaken("unavailable", for_good=False) if never_left else Unsure("no answer")
    status = int(error.status_code)
    if status >= _SERVER:
        return Unsure(f"status {status}")
    if status == _TOO_MANY:
        return NotTaken("throttled", for_good=False)
    alarm("a provider refused a request", target="notify", code=str(status))
    return NotTaken("rejected", for_good=False)
