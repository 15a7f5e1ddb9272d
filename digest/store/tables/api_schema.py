"""The tables of the API: its tokens, its requests and imports, and what it tells about issues."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
    text,
)

from digest.model.api import ImportState
from digest.store.engine.column_types import TextList, UTCDateTime, bytewise, number, one_of
from digest.store.tables.schema import metadata, partial_index

api_token = Table(
    "api_token",
    metadata,
    Column("id", number(), primary_key=True),
    Column("name", bytewise(), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("scopes", TextList, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("revoked_at", UTCDateTime),
    partial_index("api_token_name", "name", where=text("revoked_at IS NULL"), unique=True),
)

# The articles of a frozen issue as they were chosen, with their reasons: a JSON list.
issue_ranking = Table(
    "issue_ranking",
    metadata,
    Column("issue_id", number(), ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("articles", Text, nullable=False),
)

# Requests with an Idempotency-Key, of which only hashes are stored; without a status while they are being answered.
idempotent_request = Table(
    "idempotent_request",
    metadata,
    Column("token_id", number(), ForeignKey("api_token.id"), nullable=False),
    Column("key_hash", LargeBinary, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("begun_at", UTCDateTime, nullable=False),
    Column("status", Integer),
    Column("body", Text),
    PrimaryKeyConstraint("token_id", "key_hash"),
    Index("idempotent_request_begun", "begun_at"),
)

# Imports of subscribers that run in the background.
import_job = Table(
    "import_job",
    metadata,
    Column("id", number(), primary_key=True),
    Column("by", Text, nullable=False),
    Column("state", one_of(ImportState), nullable=False),
    Column("lines", Integer, nullable=False),
    Column("editions", TextList, nullable=False),
    Column("status", Text),
    Column("result", Text, nullable=False),  # a JSON object
    Column("error", Text),
    Column("attempts", Integer, nullable=False),  # since rows were stored last
    Column("claim_token", Text),
    Column("claimed_until", UTCDateTime),
    Column("created_at", UTCDateTime, nullable=False),
    Column("finished_at", UTCDateTime),
    Column("confirm", Boolean, nullable=False, server_default=false()),
    Index("import_job_state", "state"),
)

# Lists that somebody looks at before they import them: what would happen to each kind of row is a JSON object.
import_draft = Table(
    "import_draft",
    metadata,
    Column("id", number(), primary_key=True),
    Column("by", Text, nullable=False),
    Column("editions", TextList, nullable=False),
    Column("status", Text),
    Column("result", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("confirm", Boolean, nullable=False, server_default=false()),
    Index("import_draft_created", "created_at"),
    sqlite_autoincrement=True,  # a page that shows a list never means another one
)

# The list of an import, until it has ended. It has a row of its own, which SQLite does not write again with each step.
import_list = Table(
    "import_list",
    metadata,
    Column("job_id", number(), ForeignKey("import_job.id"), primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
