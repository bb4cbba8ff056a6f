"""The rule for names of Azure regions."""

import difflib
import re

from .mistakes import broken

LIST = "https://learn.microsoft.com/azure/reliability/regions-list"
KNOWN = (
    "australiacentral",
    "australiacentral2",
    "australiaeast",
    "australiasoutheast",
    "austriaeast",
    "belgiumcentral",
    "brazilsouth",
    "brazilsoutheast",
    "canadacentral",
    "canadaeast",
    "centralindia",
    "centralus",
    "chilecentral",
    "chinaeast",
    "chinaeast2",
    "chinaeast3",
    "chinanorth",
    "chinanorth2",
    "chinanorth3",
    "denmarkeast",
    "eastasia",
    "eastus",
    "eastus2",
    "francecentral",
    "francesouth",
    "germanynorth",
    "germanywestcentral",
    "indonesiacentral",
    "israelcentral",
    "italynorth",
    "japaneast",
    "japanwest",
    "jioindiacentral",
    "jioindiawest",
    "koreacentral",
    "koreasouth",
    "malaysiawest",
    "mexicocentral",
    "newzealandnorth",
    "northcentralus",
    "northeurope",
    "norwayeast",
    "norwaywest",
    "polandcentral",
    "qatarcentral",
    "southafricanorth",
    "southafricawest",
    "southcentralus",
    "southeastasia",
    "southindia",
    "spaincentral",
    "swedencentral",
    "swedensouth",
    "switzerlandnorth",
    "switzerlandwest",
    "uaecentral",
    "uaenorth",
    "uksouth",
    "ukwest",
    "usgovarizona",
    "usgovtexas",
    "usgovvirginia",
    "westcentralus",
    "westeurope",
    "westindia",
    "westus",
    "westus2",
    "westus3",
)
"""The regions known when this was written. Azure opens new ones, so an unknown name alone is no mistake."""


def region(value: str) -> str:
    """The rule that a name has the form of a region's and is no misspelling of a known one."""
    if not re.fullmatch(r"[a-z][a-z0-9]+", value):
        rule = (
            "must be the name of an Azure region, as `az account list-locations -o table` has it under Name"
        )
        raise broken(rule, source=LIST, right=_meant(re.sub("[^a-z0-9]", "", value.lower())) or "westeurope")
    # Names that differ in their number only are different regions, not misspellings.
    if value.rstrip("0123456789") not in KNOWN and value not in KNOWN and (meant := _meant(value)):
        raise broken("must be the name of an Azure region, and only resembles one", source=LIST, right=meant)
    return value


def _meant(value: str) -> str:
    return next(iter(difflib.get_close_matches(value, KNOWN, n=1, cutoff=0.8)), "")
