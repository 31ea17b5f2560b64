"""Refunds: claim the tickets, revoke them, give the money back, return the seats; and the refunds of whole events."""
