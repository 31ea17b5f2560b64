"""Webhooks: verified on the raw body, stored once, answered, processed later in any order and any number of times."""
