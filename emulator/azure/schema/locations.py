"""The two spellings of Azure's regions: "westeurope" and "West Europe"."""

_DISPLAYED = (
    *("Australia Central", "Australia East", "Australia Southeast", "Brazil South", "Canada Central"),
    *("Canada East", "Central India", "Central US", "East Asia", "East US", "East US 2", "France Central"),
    *("Germany West Central", "Israel Central", "Italy North", "Japan East", "Japan West", "Jio India West"),
    *("Korea Central", "Korea South", "Mexico Central", "North Central US", "North Europe", "Norway East"),
    *("Poland Central", "Qatar Central", "South Africa North", "South Central US", "South India"),
    *("Southeast Asia", "Spain Central", "Sweden Central", "Switzerland North", "Switzerland West"),
    *("UAE Central", "UAE North", "UK South", "UK West", "West Central US", "West Europe", "West India"),
    *("West US", "West US 2", "West US 3"),
)


def normal_location(location: str) -> str:
    """Returns a region's name in lower case and without blanks: "West Europe" is "westeurope"."""
    return location.lower().replace(" ", "")


def displayed_location(location: str) -> str:
    """Returns a region's display name, such as "West Europe"; a name that is not known here is unchanged."""
    known = {normal_location(name): name for name in _DISPLAYED}
    return known.get(normal_location(location), location)
