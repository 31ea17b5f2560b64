"""Accounts, sign-in and roles.

The only place that knows e-mail addresses. It decides who somebody is and which roles they have; what a role opens is
each service's own decision.
"""
