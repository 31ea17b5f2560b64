"""Holds: who has which seats and places, from the request to the sale and back.

    handlers → lane (one for each event, natural batching) → placer (a batch, step by step)
        fast_path refuses without a lock whom nothing fits; houses/ picks the best seats
        → batch_store (locks and reads) → placing (decides) → batch_store (writes)

PostgreSQL is the truth. Rules live in placing, pools, limits and houses/; they know no wire and no driver. What becomes
of a hold later is in life (extended, given back) and in workers with tidying/ (its time is over).
"""
