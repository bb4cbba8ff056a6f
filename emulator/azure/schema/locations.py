"""Names of Azure's regions."""


def normal_location(location: str) -> str:
    """Returns a region's name in lower case and without blanks: "West Europe" is "westeurope"."""
    return location.lower().replace(" ", "")
