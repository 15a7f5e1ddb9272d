"""Makes the message of each claim; the variants of the last messages are kept as they were encoded.

To sign a message takes longer than to make and send it, and lets other threads run: signed messages are made before
their turn, in several threads.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from digest.message.build import SenderIdentity, Template, encode, personalise
from digest.message.dkim import Signer
from digest.model.deliveries import Claim, Outgoing
from digest.model.issues import Variant

_MOST_TEMPLATES = 100  # variants of which the encoded message is kept
_THREADS = min(4, os.cpu_count() or 1)  # more would wait for Python's lock, which all else about a message needs
_GROUP = 16  # messages that a thread makes in one go: waking it for each took 5 % more CPU (2026-11)
_GROUPS_AHEAD = 4


@dataclass(frozen=True)
class MessageComposer:
    """Finds the variant of a claim, its sender and its signer, and fills in the recipient."""

    variant_of: Callable[[int], Variant]
    sender_of: Callable[[Variant], SenderIdentity]
    signer_of: Callable[[str | None], Signer | None]
    _templates: dict[int, Template] = field(default_factory=dict)
    _begun: dict[Claim, Future[Mapping[Claim, Outgoing]]] = field(default_factory=dict)

    def __call__(self, claim: Claim) -> Outgoing:
        """The message of one recipient."""
        begun = self._begun.pop(claim, None)
        if begun is not None and begun.exception() is None:
            return begun.result()[claim]
        return personalise(self._template(claim.variant_id), claim)  # or fails, where one of the group has failed

    def in_turn(self, claims: Sequence[Claim]) -> Generator[Claim, None, None]:
        """The claims in their order; signed messages of the next ones are made meanwhile, if their variant is known."""
        waiting: deque[Sequence[Claim]] = deque()
        with ThreadPoolExecutor(_THREADS, "digest-signing") as pool:
            try:
                for start in range(0, len(claims), _GROUP):
                    waiting.append(claims[start : start + _GROUP])
                    self._begin(waiting[-1], pool)
                    if len(waiting) > _GROUPS_AHEAD:
                        yield from waiting.popleft()
                for group in waiting:
                    yield from group
            finally:
                self._begun.clear()

    def _begin(self, claims: Sequence[Claim], pool: ThreadPoolExecutor) -> None:
        templates = {claim: self._templates.get(claim.variant_id) for claim in claims}
        signed = {claim: one for claim, one in templates.items() if one is not None and one.signature is not None}
        if signed:
            self._begun.update(dict.fromkeys(signed, pool.submit(_personalised, signed)))

    def _template(self, variant_id: int) -> Template:
        if variant_id not in self._templates:
            if len(self._templates) >= _MOST_TEMPLATES:
                self._templates.pop(next(iter(self._templates)))
            variant = self.variant_of(variant_id)
            signer = self.signer_of(variant.dkim_selector)
            self._templates[variant_id] = encode(variant, self.sender_of(variant), signer)
        return self._templates[variant_id]


def _personalised(templates: Mapping[Claim, Template]) -> dict[Claim, Outgoing]:
    return {claim: personalise(template, claim) for claim, template in templates.items()}
