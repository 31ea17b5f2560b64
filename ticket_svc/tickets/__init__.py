"""Tickets, their signed codes, and how they come to be."""
