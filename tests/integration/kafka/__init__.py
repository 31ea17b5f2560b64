"""Apache Kafka in place of the local broker: outbox, inbox and workers must not tell the difference.

Every test that asks for the fixture `broker` runs on both; those here are about what only Kafka can show.
"""
