"""Holds: who has which seats and places, from the request to the sale and back.

    handlers → lane (one per event, natural batching) → placing (decides) → store (locks, reads, writes)

PostgreSQL is the truth. Rules live in placing, best_available, pools and limits; they know no wire and no
driver.
"""
