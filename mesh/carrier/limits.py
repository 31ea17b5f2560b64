"""The bounds that both ends of a stream keep."""

from mesh.channels import MESSAGE_BYTES_MAX

CALLS_IN_FLIGHT_MAX = 8_192
"""In one stream; the next is refused. It is more than the edge lets in, and than a lane lets wait."""

FRAME_BYTES_MAX = 1024 * 1024
"""A frame takes what is ready up to here; what is larger travels in a frame of its own."""

CALL_BYTES_MAX = 64 * 1024
"""A larger request goes as a call of its own, so that it holds up nobody behind it."""

REPLY_BYTES_MAX = MESSAGE_BYTES_MAX - 64 * 1024
"""A larger reply would break the stream for all; it is refused, as gRPC itself refuses it."""

RETRY_AFTER_SECONDS = 1.0
"""What a call over the bound is told to wait."""
