"""The mirror's tables."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    false,
    text,
)

from bot.storage.database import Amount, Json, Moment, metadata

ID = String(64)

people = Table(
    "people",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", String(320), nullable=False, unique=True),
    Column("manager_id", ID),
    Column("title", Text),
    Column("region", Text),
    Column("timezone", Text, nullable=False),
    Column("slack_user_id", ID),
    Column("locale", String(35)),
    Column("extra", Json),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("aliases", Json, nullable=False),
    Column("industry", Text),
    Column("revenue", Amount),
    Column("employees", Integer),
    Column("country", Text),
    Column("parent_id", ID),
    Column("owner_id", ID),
    Column("extra", Json),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("account_id", ID, ForeignKey("accounts.id"), index=True),
    Column("title", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("extra", Json),
)

products = Table(
    "products",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("aliases", Json, nullable=False),
    Column("family", Text),
    Column("list_price", Amount),
    Column("currency", String(3)),
    Column("extra", Json),
)

stages = Table(
    "stages",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("order", Integer, nullable=False),
    Column("probability", Numeric(5, 2, asdecimal=True), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("process_stage", Text),
    Column("extra", Json),
)

deals = Table(
    "deals",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("account_id", ID, ForeignKey("accounts.id"), index=True),
    Column("owner_id", ID, ForeignKey("people.id"), nullable=False),
    Column("stage", String(128), ForeignKey("stages.name"), nullable=False),
    Column("amount", Amount),
    Column("currency", String(3), nullable=False),
    Column("created", Date),
    Column("close_date", Date),
    Column("closed_at", Moment),
    Column("loss_reason", Text),
    Column("next_step", Text),
    Column("next_step_due", Date),
    Column("forecast", Text),
    Column("open", Boolean, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("extra", Json),
    # what the history says of the deal, kept by bot/crm/mirror/derived.py so that a question reads one row a deal
    Column("entered_at", Moment),
    Column("stage_since", Moment),
    Column("advanced_at", Moment),
    Column("pushed_at", Moment),
    Column("close_date_since", Moment),
    Column("next_step_since", Moment),
    Column("last_activity_at", Moment),
    Column("has_next_step", Boolean, nullable=False, server_default=false()),
    Column("stage_skipped", Boolean, nullable=False, server_default=false()),
    Column("pushes", Integer, nullable=False, server_default="0"),
    Column("contact_count", Integer, nullable=False, server_default="0"),
    Index("ix_deals_owner_id_open", "owner_id", "open"),
)
# two indexes hold all that a summary reads of open and of closed deals: the table itself is not touched
_OPEN = (
    "open owner_id stage currency forecast close_date amount created stage_since close_date_since "
    "next_step_since last_activity_at"
    " has_next_step stage_skipped contact_count account_id id"
)
Index("ix_deals_open", *(deals.c[name] for name in _OPEN.split()))
Index(
    "ix_deals_closed",
    *(deals.c[name] for name in ["open", "closed_at", "owner_id", "stage", "currency", "amount", "created", "id"]),
)
Index("ix_deals_entered_at", *(deals.c[name] for name in ["entered_at", "owner_id", "currency", "amount", "id"]))
for _name in ("advanced_at", "pushed_at"):
    Index(f"ix_deals_{_name}", *(deals.c[name] for name in [_name, "owner_id", "currency", "amount", "id"]))
Index("ix_deals_open_amount", deals.c.open, deals.c.amount.desc(), deals.c.id)
Index("ix_deals_close_date", *(deals.c[name] for name in ["close_date", "owner_id", "open", "currency"]))

deal_products = Table(
    "deal_products",
    metadata,
    Column("deal_id", ID, ForeignKey("deals.id"), nullable=False),
    Column("product_id", ID, ForeignKey("products.id"), nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("deal_id", "product_id"),
)

deal_contacts = Table(
    "deal_contacts",
    metadata,
    Column("deal_id", ID, ForeignKey("deals.id"), nullable=False),
    Column("contact_id", ID, ForeignKey("contacts.id"), nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("deal_id", "contact_id"),
)

stage_changes = Table(
    "stage_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("deal_id", ID, ForeignKey("deals.id"), nullable=False),
    Column("from_stage", Text),
    Column("to_stage", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by_id", ID),
    Index("ix_stage_changes_deal_id_at", "deal_id", "at"),
    Index("ix_stage_changes_at", "at", "deal_id", "from_stage", "to_stage"),
)

field_changes = Table(
    "field_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("deal_id", ID, ForeignKey("deals.id"), nullable=False),
    Column("field", String(64), nullable=False),
    Column("old", Text),
    Column("new", Text),
    Column("at", Moment, nullable=False),
    Column("by_id", ID),
    Index("ix_field_changes_deal_id_field_at", "deal_id", "field", "at"),
    Index("ix_field_changes_at", "at", "field", "deal_id"),
)
_CLOSE_DATES = text("field = 'close_date'")
Index(
    "ix_field_changes_close_date",
    *(field_changes.c[name] for name in ["at", "old", "new", "deal_id"]),
    sqlite_where=_CLOSE_DATES,
    postgresql_where=_CLOSE_DATES,
)

activities = Table(
    "activities",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("duration_minutes", Integer),
    Column("deal_id", ID, ForeignKey("deals.id")),
    Column("account_id", ID, ForeignKey("accounts.id"), index=True),
    Column("contact_ids", Json, nullable=False),
    Column("author_id", ID),
    Column("summary", Text, nullable=False),
    Column("extra", Json),
    Index("ix_activities_deal_id_at", "deal_id", "at"),
)

quotas = Table(
    "quotas",
    metadata,
    Column("person_id", ID, ForeignKey("people.id"), nullable=False),
    Column("from", Date, nullable=False),
    Column("to", Date, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("currency", String(3), nullable=False),
    PrimaryKeyConstraint("person_id", "from", "to", "currency"),
)

channels = Table(
    "channels",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("members", Json),
)

pushes = Table(
    "pushes",
    metadata,
    Column("key", String(96), primary_key=True),
    Column("ref", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

mirror_state = Table(
    "mirror_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("names_epoch", Integer, nullable=False, server_default="0"),
    Column("closings", Integer, nullable=False, server_default="0"),
)

name_changes = Table(
    "name_changes",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("ref", ID, nullable=False),
    sqlite_autoincrement=True,
)
