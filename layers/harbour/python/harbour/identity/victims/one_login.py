"""Coming from GOV.UK One Login, where a force has switched it on: a way in beside the other, never past the code.

One Login proves an account, not who somebody is in a crime system: that is asked once, and remembered under a hash of
the account's subject. What it must not do is tell whether the police deal with somebody. Whoever can use her account
there gets the answer that everybody gets; only her safe channel gets a code.
"""

from __future__ import annotations

from harbour.identity.one_login import Begun
from harbour.identity.victims.model import AWAY_LIFETIME, Away, token_hash
from harbour.identity.victims.ports import OneLoginClient, SignInStore
from harbour.identity.victims.service import Caller, SignInService
from harbour.runtime.clock import Clock
from harbour.runtime.errors import Forbidden


class OneLoginService:
    """Sends people to One Login, and takes them back."""

    def __init__(self, client: OneLoginClient, store: SignInStore, sign_ins: SignInService, clock: Clock) -> None:
        self._client = client
        self._store = store
        self._sign_ins = sign_ins
        self._clock = clock

    def leave(self, invitation: str | None, language: str, caller: Caller) -> str:
        """The address at One Login to which the browser goes now.

        Raises
        ------
        TooMany
            ``too_many``: counted as every sign-in that is begun.
        Unavailable
            ``one_login_unavailable``
        """
        self._sign_ins.admit(caller)
        begun = self._client.begin(language)
        self._store.put_away(
            Away(
                hash=token_hash(begun.state),
                nonce=begun.nonce,
                verifier=begun.verifier,
                expires_at=self._clock.now() + AWAY_LIFETIME,
                invited=self._sign_ins.invited(invitation),
            )
        )
        return begun.url

    def come_back(self, code: str, state: str) -> tuple[str, int]:
        """Go on with what One Login put into the address. It is used up, whatever comes of it.

        Returns
        -------
        tuple[str, int]
            The handle for the next steps, and how many more codes may be asked for.

        Raises
        ------
        Forbidden
            ``expired``: nobody is awaited with this ``state``; ``one_login_refused``: what One Login says does not fit.
        Unavailable
            ``one_login_unavailable``
        """
        away = self._store.take_away(token_hash(state), self._clock.now())
        if away is None:
            raise Forbidden("expired", "This took too long, or was used already. Begin again.")
        begun = Begun(url="", state=state, nonce=away.nonce, verifier=away.verifier)
        identity = self._client.finish(begun, {"state": state, "code": code})
        return self._sign_ins.begin_from(token_hash(identity.subject), away.invited)
