"""Deterministic simulation of holds: the real lanes and placers on a store, a cache and callers that fail by a seed.

`python -m tests.simulation --seed 7 --trace` tells one story, `--seeds 10000` looks for one that ends badly.
"""
