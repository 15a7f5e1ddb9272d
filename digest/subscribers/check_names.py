"""What a column of a service that checks addresses states, by its name. Pure."""

from digest.subscribers.column_meanings import Meaning, words

# The columns of services that check addresses, and of people who name theirs after one. Those of ZeroBounce, Clearout
# and Verifalia are as in their documentation or in programs that read their files (2026-11-29); those of Bouncer,
# DeBounce, Emailable, Kickbox, MillionVerifier and NeverBounce are not verified.
_CHECKERS = words(
    "zb zerobounce nb neverbounce kickbox bouncer usebouncer emailable clearout millionverifier debounce verifalia "
    "emaillistverify quickemailverification xverify mailfloss"
)
_CHECKS = words(
    "result results verification validation validity verify check checked quality verdict deliverability outcome "
    "classification проверка проверки результат результаты качество вердикт валидация валидации валидность "
    "валидности верификация верификации валидатор валидатора итог итоги доставляемость"
)
_CHECKED_MAIL = words("email e mail emails mailbox smtp почта почты почту ящик ящика емейл имейл мейл")
_STATE_OF_CHECK = words("status state статус состояние")
_OF_CHECK = {*_CHECKERS, *_CHECKS, *_CHECKED_MAIL, *_STATE_OF_CHECK} | words(
    "of the for is by address addresses safe to send response ai sub reason list адрес адреса адресов по на в ответ"
)
_WHY_OF_CHECK = words("sub reason")


def meaning_of_check(name: str) -> Meaning | None:
    """The meaning of what a service that checks addresses found, if all words of the name are about that."""
    parts = frozenset(name.split("_"))
    is_of_service, is_check = not parts.isdisjoint(_CHECKERS), not parts.isdisjoint(_CHECKS)
    if not (is_of_service or is_check) or not parts <= _OF_CHECK:
        return None
    if not parts.isdisjoint(_WHY_OF_CHECK):
        return Meaning.REASON
    is_sure = is_of_service or not parts.isdisjoint(_CHECKED_MAIL | _STATE_OF_CHECK)
    return Meaning.CHECK if is_sure else Meaning.PERHAPS_CHECK
