"""The schemas distribute by event without change: the rules that Citus sets, read from the real catalogues.

The distribution column leads the key of every table that grows with events; unique constraints contain it; foreign
keys stay inside an event. Tables that belong to people, to the processor or to the machinery are named here, with the
reason.
"""

from pathlib import Path

import asyncpg
import pytest

from mesh.database import open_database

ROOT = Path(__file__).parents[3]

LOCAL = {
    "schema_migrations": "machinery",
    "outbox": "one relay for each database and slot",
    "outbox_marks": "one row a partition",
    "inbox": "pruned after a week",
    "dead_letters": "empty in health",
    "requests": "pruned after a day, keyed by caller",
    "signing_keys": "a handful",
}
BY_OTHERS = {
    "inventory_svc": {
        "venues": "belong to organisers",
        "plans": "belong to venues",
    },
    "payment_svc": {
        "account_orders": "my orders: keyed by account",
        "processor_intents": "the processor's names for our payments",
        "processor_payouts": "the processor's names for our refunds",
        "ledger_accounts": "a reference table",
        "webhook_inbox": "pruned after its retention",
        "sweeps": "one row",
    },
    "queue_svc": {},
    "ticket_svc": {
        "account_tickets": "my tickets: keyed by account",
        "feed_marks": "one row",
    },
    "search_svc": {
        "terms": "derived: names, not events",
        "trending": "a hundred rows",
    },
}

KEYS = """
SELECT c.relname AS table_name, i.relname AS index_name, x.indisprimary AS is_primary,
       array(SELECT a.attname FROM unnest(x.indkey) WITH ORDINALITY AS k (attnum, no)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum ORDER BY k.no)::text[] AS columns
FROM pg_index x
JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indisunique AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
"""

FOREIGN_KEYS = """
SELECT c.conrelid::regclass::text AS table_name, c.confrelid::regclass::text AS refers_to,
       array(SELECT a.attname FROM unnest(c.conkey) AS k (attnum)
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum)::text[] AS columns
FROM pg_constraint c
WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND c.conparentid = 0
"""


@pytest.mark.parametrize("service", BY_OTHERS)
async def test_everything_about_an_event_can_live_together(service: str, database: str) -> None:
    opened = await open_database(database, [ROOT / service / "migrations"])
    await opened.close()
    exempt = {**LOCAL, **BY_OTHERS[service]}
    connection = await asyncpg.connect(database)
    try:
        keys = await connection.fetch(KEYS)
        foreign = await connection.fetch(FOREIGN_KEYS)
    finally:
        await connection.close()
    grown = [row for row in keys if row["table_name"] not in exempt]
    assert grown
    faults = [
        f"{row['index_name']} {row['columns']}"
        for row in grown
        if "event_id" not in row["columns"]
        or (row["is_primary"] and row["columns"][0] != "event_id")
    ]
    faults += [
        f"{row['table_name']} → {row['refers_to']} {row['columns']}"
        for row in foreign
        if row["table_name"] not in exempt
        and row["refers_to"] not in exempt
        and "event_id" not in row["columns"]
    ]
    assert faults == []
    unknown = set(BY_OTHERS[service]) - {row["table_name"] for row in keys}
    assert unknown == set(), "exempt tables that do not exist"
