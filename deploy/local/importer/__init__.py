"""Loads seat plans, venues and events from files into a running stack: `make import FILES="…"` (docs/import.md)."""
