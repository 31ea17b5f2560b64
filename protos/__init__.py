"""The wire contract: protobuf sources with their generated stubs beside them."""
