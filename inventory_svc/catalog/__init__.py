"""The catalogue: venues, their plans, and the events that organisers make in them."""
