"""Owns tickets and their codes, offers to pass them on, what gates did with them, and the mails about them.

Never takes money, never decides about seats, and keeps no e-mail address.
"""
