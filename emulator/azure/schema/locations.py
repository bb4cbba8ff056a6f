"""How Azure's regions are spelt."""


def normal_location(location: str) -> str:
    """A region's name without regard to spelling."""
    return location.lower().replace(" ", "")
