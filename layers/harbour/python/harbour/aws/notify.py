"""GOV.UK Notify as a second provider: its own templates hold one placeholder, so that our text is what goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from harbour.contact.model import Channel
from harbour.notification.ports import NotTaken, Unsure
from harbour.notification.render import Rendered

if TYPE_CHECKING:
    from collections.abc import Iterable

_BAD_REQUEST: Final = 400
_TOO_MANY: Final = 429


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
        """One call; Notify itself tries the networks again."""
        from notifications_python_client.errors import HTTPError, InvalidResponse
        from requests.exceptions import ConnectTimeout, RequestException

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
        except ConnectTimeout:
            raise NotTaken("unavailable", for_good=False) from None
        except HTTPError as error:
            status = int(error.status_code or 0)
            if status == _BAD_REQUEST:
                bad = "dead_number" if rendered.channel is Channel.SMS else "bad_address"
                raise NotTaken(bad, for_good=True) from None
            if status == _TOO_MANY or 401 <= status < 500:  # noqa: PLR2004 - HTTP
                raise NotTaken("throttled" if status == _TOO_MANY else "refused", for_good=False) from None
            raise Unsure(f"status {status}") from None
        except (InvalidResponse, RequestException) as error:
            raise Unsure(type(error).__name__) from None
        return str(answer["id"])

    def find(self, reference: str) -> str | None:
        """Notify can be asked for what was handed over with a reference."""
        found: Iterable[Mapping[str, Any]] = self._client.get_all_notifications(reference=reference)["notifications"]
        return next((str(one["id"]) for one in found if one.get("reference") == reference), None)

    @cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        from notifications_python_client.notifications import NotificationsAPIClient

        return NotificationsAPIClient(self._secret()["api_key"], timeout=15)  # type: ignore[no-untyped-call]
