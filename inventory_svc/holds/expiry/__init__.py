"""Holds that are over, as the expiry worker sees them: found, told of, and cleared away, a thousand at a time."""
