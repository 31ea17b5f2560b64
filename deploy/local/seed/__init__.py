"""The demo catalogue: invented artists and venues in real cities, made once, at the first start.

All of it belongs to organiser@demo.test and comes in through the public API, as an organiser's own would.
"""
