"""The table that keeps how many deliveries PostgreSQL has in each state, and what keeps it.

Counting the rows of ten million readers takes PostgreSQL many seconds, because rows that have just changed are read one
by one. So each statement that adds, changes or deletes deliveries also adds to the table what it changed, in its own
transaction: a trigger does that, whoever runs the statement. Rows are only added and merged, never changed, so that
senders do not wait for one another. On SQLite the table stays empty, because counting an index is quick enough there.
"""

from sqlalchemy import DDL, BigInteger, Boolean, Column, Table, event

from digest.model.deliveries import DeliveryState
from digest.store.column_types import UTCDateTime, number, one_of
from digest.store.schema import delivery, metadata

# The sums of `messages` are the numbers. Without keys, which would cost each statement of a sender time.
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
delivery_count.add_is_dependent_on(delivery)  # it has the triggers

_ROWS = """
SELECT issue_id, state, CASE WHEN state = 'planned' THEN due_at END AS due_at,
state = 'planned' AND smtp_text IS NOT NULL AS is_postponed"""
_GROUPED = "GROUP BY issue_id, state, due_at, is_postponed"
COUNTING_FUNCTION = f"""
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
COUNTING_TRIGGERS = [
    f"CREATE TRIGGER delivery_count_{action.lower()} AFTER {action} ON delivery REFERENCING {tables}"
    " FOR EACH STATEMENT EXECUTE FUNCTION count_deliveries()"
    for action, tables in _TABLES.items()
]
for _statement in (COUNTING_FUNCTION, *COUNTING_TRIGGERS):
    _made = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy has no types for it
    event.listen(delivery_count, "after_create", _made.execute_if(dialect="postgresql"))
