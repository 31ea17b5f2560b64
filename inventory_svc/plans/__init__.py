"""Seat plans: what a venue looks like, read from a file or drawn from a few numbers.

A plan knows places and names, no prices and no events. `pretix`, `csv_plan` and `generator` make plans, `arrangement`
finds out who sits beside whom and which seats are best, `document` keeps a plan in a column, and `layout` turns it into
what an event is made of.
"""
