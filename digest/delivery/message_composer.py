"""Makes the message of each claim; the variants of the last messages are kept as they were encoded."""

from collections.abc import Callable
from dataclasses import dataclass, field

from digest.message.build import SenderIdentity, Template, encode, personalise
from digest.message.dkim import Signer
from digest.model.deliveries import Claim, Outgoing
from digest.model.issues import Variant

_MOST_TEMPLATES = 100  # variants of which the encoded message is kept


@dataclass(frozen=True)
class MessageComposer:
    """Finds the variant of a claim, its sender and its signer, and fills in the recipient."""

    variant_of: Callable[[int], Variant]
    sender_of: Callable[[Variant], SenderIdentity]
    signer_of: Callable[[str | None], Signer | None]
    _templates: dict[int, Template] = field(default_factory=dict)

    def __call__(self, claim: Claim) -> Outgoing:
        """The message of one recipient."""
        if claim.variant_id not in self._templates:
            if len(self._templates) >= _MOST_TEMPLATES:
                self._templates.pop(next(iter(self._templates)))
            variant = self.variant_of(claim.variant_id)
            signer = self.signer_of(variant.dkim_selector)
            self._templates[claim.variant_id] = encode(variant, self.sender_of(variant), signer)
        return personalise(self._templates[claim.variant_id], claim)
