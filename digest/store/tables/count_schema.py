"""The tables that keep how many deliveries and subscribers PostgreSQL has in each state, and what keeps them.

Counting the rows of ten million readers takes PostgreSQL many seconds, because rows that have just changed are read one
by one. So each statement that adds, changes or deletes some also adds to these tables what it changed, in its own
transaction: a trigger does that, whoever runs the statement. Rows are only added and merged, never changed, so that
senders do not wait for one another. On SQLite they stay empty, because counting an index is quick enough there.
"""

from sqlalchemy import DDL, BigInteger, Boolean, Column, Table, event

from digest.model.deliveries import DeliveryState
from digest.model.subscribers import SubscriberStatus
from digest.store.engine.column_types import UTCDateTime, number, one_of
from digest.store.tables.schema import delivery, metadata, subscriber

# The sums of `messages` and `readers` are the numbers. Without keys, which would cost each statement of a sender time.
delivery_count = Table(
    "delivery_count",
    metadata,
    Column("issue_id", number(), nullable=False),
    Column("state", one_of(DeliveryState), nullable=False),
    Column("due_at", UTCDateTime),  # of planned ones only
    Column("is_postponed", Boolean, nullable=False),  # planned, and has a reason
    Column("messages", BigInteger, nullable=False),
    Column("last_attempt_at", UTCDateTime),  # the latest of those that arrived in the state
)
subscriber_count = Table(
    "subscriber_count",
    metadata,
    Column("status", one_of(SubscriberStatus), nullable=False),
    Column("readers", BigInteger, nullable=False),
)
delivery_count.add_is_dependent_on(delivery)  # which has the triggers
subscriber_count.add_is_dependent_on(subscriber)

_ROWS = """
SELECT issue_id, state, CASE WHEN state = 'planned' THEN due_at END AS due_at,
state = 'planned' AND smtp_text IS NOT NULL AS is_postponed"""
_GROUPED = "GROUP BY issue_id, state, due_at, is_postponed"
_COUNT_DELIVERIES = f"""
CREATE OR REPLACE FUNCTION count_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'INSERT' THEN
INSERT INTO delivery_count SELECT issue_id, state, due_at, is_postponed, count(*), max(last_attempt_at)
FROM ({_ROWS}, last_attempt_at FROM new_rows) AS changes {_GROUPED};
ELSIF TG_OP = 'DELETE' THEN
INSERT INTO delivery_count SELECT issue_id, state, due_at, is_postponed, -count(*)
FROM ({_ROWS} FROM old_rows) AS changes {_GROUPED};
ELSE
INSERT INTO delivery_count SELECT issue_id, state, due_at, is_postponed, sum(messages), max(last_attempt_at)
FROM ({_ROWS}, 1 AS messages, last_attempt_at FROM new_rows
UNION ALL {_ROWS}, -1, NULL FROM old_rows) AS changes {_GROUPED} HAVING sum(messages) <> 0;
END IF;
RETURN NULL;
END $$"""  # noqa: S608  # all of it is ours
_TABLES = {
    "INSERT": "NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
}
_DELIVERY_TRIGGERS = [
    f"CREATE TRIGGER delivery_count_{action.lower()} AFTER {action} ON delivery REFERENCING {tables}"
    " FOR EACH STATEMENT EXECUTE FUNCTION count_deliveries()"
    for action, tables in _TABLES.items()
]
# A change of the status is that of one reader nearly always, and most changes of a reader are none of the status.
_COUNT_SUBSCRIBERS = """
CREATE OR REPLACE FUNCTION count_subscribers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'INSERT' THEN
INSERT INTO subscriber_count SELECT status, count(*) FROM new_rows GROUP BY status;
ELSIF TG_OP = 'DELETE' THEN
INSERT INTO subscriber_count SELECT status, -count(*) FROM old_rows GROUP BY status;
ELSE
INSERT INTO subscriber_count VALUES (OLD.status, -1), (NEW.status, 1);
END IF;
RETURN NULL;
END $$"""
_SUBSCRIBER_TRIGGERS = [
    f"CREATE TRIGGER subscriber_count_{name} AFTER {change} EXECUTE FUNCTION count_subscribers()"
    for name, change in {
        "insert": f"INSERT ON subscriber REFERENCING {_TABLES['INSERT']} FOR EACH STATEMENT",
        "delete": f"DELETE ON subscriber REFERENCING {_TABLES['DELETE']} FOR EACH STATEMENT",
        "update": "UPDATE OF status ON subscriber FOR EACH ROW WHEN (OLD.status <> NEW.status)",
    }.items()
]
COUNTING_FUNCTIONS = (_COUNT_DELIVERIES, _COUNT_SUBSCRIBERS)
_MAKING = {
    delivery_count: (_COUNT_DELIVERIES, *_DELIVERY_TRIGGERS),
    subscriber_count: (_COUNT_SUBSCRIBERS, *_SUBSCRIBER_TRIGGERS),
}
for _table, _statements in _MAKING.items():
    for _statement in _statements:
        _made = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy has no types for it
        event.listen(_table, "after_create", _made.execute_if(dialect="postgresql"))
