"""What search refuses."""

from __future__ import annotations

from mesh.errors import InvalidArgument


class NearInvalid(InvalidArgument):
    """The place is not "latitude,longitude"."""
