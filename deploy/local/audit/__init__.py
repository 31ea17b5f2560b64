"""`make audit`: the invariants of the design, checked against a running system, one line each.

Reads the services' databases and the payment processor's own API, changes nothing. An invariant that holds only "within
seconds" is looked at again before a breach is reported. Exits with 1 when any is breached.
"""
