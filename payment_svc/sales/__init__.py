"""Sales: what an organiser may know of an event's money."""
