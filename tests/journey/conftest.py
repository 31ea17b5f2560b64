"""The whole system, and people in it."""

from tests.blackbox.conftest import gate, organiser, site

__all__ = ["gate", "organiser", "site"]
