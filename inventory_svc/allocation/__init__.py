"""Allocation: held seats become sold ones, and come back; for orders, rooms and search. For services only.

Every change locks what the hold has (event, buyer, pool shards, seats, hold), reads what stands, and moves the whole
party or nothing.
"""
