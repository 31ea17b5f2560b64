"""Runs the whole of Onsale on one machine with nothing installed but Python.

Starts the servers that come as wheels, our stand-ins for Stripe and the mail system, and the six
services; keeps them running; ends every one of them. It decides only what answers at the other
end of a protocol: no service knows that it runs here.
"""
