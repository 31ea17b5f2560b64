"""Taking tickets back: for refunds and for cancelled events."""
