"""Mails about tickets: planned with what they tell of, sent once, with what is true when they are sent."""
