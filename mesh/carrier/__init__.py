"""Many calls over one stream: unary calls to a server, sent and answered in frames of whatever is ready.

A gRPC call of its own costs both sides more than most of our handlers do. Frames share that cost among the calls that
are ready in the same turn of the event loop; there is no timer, so a call alone leaves at once. handlers.py serves
carried calls, call_stream.py is one stream as the caller sees it, carrier.py keeps one open to a neighbour.
"""
