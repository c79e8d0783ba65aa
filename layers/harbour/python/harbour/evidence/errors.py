"""Why a conversation was not sealed.

::

    HarbourError
    ├── Conflict
    │   ├── NotClosed        not_closed        it is still open, or not to be found yet; the same call may work later
    │   ├── RecordDamaged    record_damaged    its record breaks a rule: nothing is signed, a person must look
    │   ├── SealFaulty       seal_faulty       the package that was made fails the verifier's check; it was not stored
    │   └── ForeignPackage   foreign_package   its place in the store holds something else: a person must look
    └── Unavailable          signing_unavailable, store_unavailable: the same call works when the service is back
"""

from __future__ import annotations

from harbour.runtime.errors import Conflict


class NotClosed(Conflict):
    """The conversation goes on; there is nothing to seal yet."""

    def __init__(self) -> None:
        super().__init__("not_closed", "The conversation is not closed.")


class RecordDamaged(Conflict):
    """The stored record breaks a rule of the chain. It must never be signed as if it were whole."""

    def __init__(self, fault: str) -> None:
        super().__init__("record_damaged", f"The record of this conversation is damaged: {fault}")


class SealFaulty(Conflict):
    """Our own package did not pass the check that a court will make."""

    def __init__(self, failed: str) -> None:
        super().__init__("seal_faulty", f"The package that was made does not verify: {failed}")


class ForeignPackage(Conflict):
    """The object at the package's key is not a package of this conversation that our key signed."""

    def __init__(self) -> None:
        super().__init__("foreign_package", "The evidence store holds another object where the sealed package belongs.")
