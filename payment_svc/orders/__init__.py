"""Orders: placing one, following its payment until it is paid or over, showing it."""
