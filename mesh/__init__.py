"""What all services share: server, channels, errors, identity, database, outbox, consumer, clock.

Owns no data of the product and imports no service.
"""
