"""The rule for names of Azure regions."""

import difflib
import re

from ..validation import leniency
from ..validation.mistakes import broken

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


_WORDS = (
    *("north", "south", "east", "west", "central", "gov", "dod"),
    *("australia", "austria", "asia", "belgium", "brazil", "canada", "chile", "china", "denmark", "europe"),
    *("finland", "france", "germany", "greece", "india", "indonesia", "israel", "italy", "japan", "jio"),
    *("korea", "malaysia", "mexico", "newzealand", "norway", "poland", "portugal", "qatar", "saudiarabia"),
    *("southafrica", "spain", "sweden", "switzerland", "taiwan", "thailand", "uae", "uk", "us"),
)
"""Countries, continents and directions, of which Azure makes the names of its regions."""


def region(value: str) -> str:
    """The rule that a name has the form of a region's and is no misspelling of a known one."""
    if not re.fullmatch(r"[a-z][a-z0-9]+", value):
        rule = (
            "must be the name of an Azure region, as `az account list-locations -o table` has it under Name"
        )
        raise broken(rule, source=LIST, right=_meant(re.sub("[^a-z0-9]", "", value.lower())) or "westeurope")
    if value not in KNOWN and (meant := _meant(value)):
        if not _is_plausible(value):
            rule = "must be the name of an Azure region, and only resembles one"
            raise broken(rule, source=LIST, right=meant)
        leniency.advise(
            f"location {value} is none of the regions that this program knows; {meant} is. If it is a new "
            "one, as `az account list-locations --output table` tells, there is nothing to do"
        )
    return value


def public_cloud(region: str) -> bool:
    """Whether a region belongs to Azure's public cloud, and not to that of China or of the US government."""
    return not region.startswith(("china", "usgov", "usdod"))


def storage_suffix(region: str) -> str:
    """The domain of Data Lake Storage for accounts in a region.

    https://learn.microsoft.com/azure/storage/common/storage-powershell-independent-clouds
    """
    if region.startswith("china"):
        return "dfs.core.chinacloudapi.cn"
    return "dfs.core.windows.net" if public_cloud(region) else "dfs.core.usgovcloudapi.net"


def _is_plausible(value: str) -> bool:
    """Whether a name is made of the words that regions are named with, as a new region's will be."""
    return re.fullmatch(f"(?:{'|'.join(_WORDS)})+[0-9]?", value) is not None


def _meant(value: str) -> str:
    return next(iter(difflib.get_close_matches(value, KNOWN, n=1, cutoff=0.8)), "")
