"""The edge: HTTP and JSON in front of the services, and the only owner of accounts, roles and sessions.

Its routes are the annotations in protos/. It decides nothing about seats, money or tickets, reads no other service's
database, and forwards the caller's own token: behind it a caller has exactly the rights that the services find.
"""
