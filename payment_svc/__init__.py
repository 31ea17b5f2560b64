"""Owns orders, payments, refunds, the ledger and the webhook inbox.

Never sees a card: Stripe's page does. Never trusts an amount that it did not work out itself. Never captures money for
seats that are not pinned, and never gives seats back before their tickets are revoked.
"""
