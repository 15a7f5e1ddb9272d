"""Changes of one subscriber by address, and pages of all."""

from digest.model.subscribers import Frequency, LeftBy, Subscriber, SubscriberStatus
from digest.store.subscribers.subscriber_changes import SubscriberChanges
from digest.store.subscribers.subscribers import Subscribers
from tests.support.installation import SLOT
from tests.support.store import opened


def test_change_sets_the_named_fields_of_a_confirmed_subscriber(store_url: str) -> None:
    """Null clears one; nobody else is changed or added."""
    with opened(store_url) as database:
        subscribers, changes = Subscribers(database), SubscriberChanges(database)
        subscribers.add_many([Subscriber(email=f"{name}@readers.example") for name in ("anna", "boris")], SLOT)
        subscribers.remove("boris@readers.example", LeftBy.READER, SLOT)
        wanted = {"name": "Anna", "frequency": Frequency.WEEKLY, "sections": ("Politics",), "hour": 8}
        assert changes.change("Anna@Readers.example", wanted, SLOT)
        assert changes.change("anna@readers.example", {"hour": None, "editions": ("daily",)}, SLOT)
        assert changes.change("anna@readers.example", {}, SLOT)
        found = subscribers.find("anna@readers.example")
        assert found is not None
        assert (found.name, found.frequency, found.sections) == ("Anna", Frequency.WEEKLY, ("Politics",))
        assert (found.hour, found.editions) == (None, ("daily",))
        for other in ("boris@readers.example", "dora@readers.example"):
            assert not changes.change(other, {"name": "Other"}, SLOT)
        pages = changes.page(None, None, 1), changes.page(None, 1, 5)
        assert [[one.email for _id, one in page] for page in pages] == [
            ["anna@readers.example"],
            ["boris@readers.example"],
        ]


def test_page_of_a_status_has_those_readers_alone(store_url: str) -> None:
    """In the order of their ids, which come with them."""
    with opened(store_url) as database:
        statuses = [*SubscriberStatus, *SubscriberStatus]
        rows = [Subscriber(email=f"{place}@readers.example", status=one) for place, one in enumerate(statuses)]
        Subscribers(database).add_many(rows, SLOT)
        for place, status in enumerate(SubscriberStatus):
            page = SubscriberChanges(database).page(status, None, 5)
            assert page == [(one + 1, rows[one]) for one in (place, place + len(SubscriberStatus))]
