"""Rules for sizes of virtual machines (VM sizes)."""

import re

from .mistakes import broken

DATA_DISKS = "https://learn.microsoft.com/azure/hdinsight/hdinsight-supported-node-configuration"
SIZES = "https://learn.microsoft.com/azure/virtual-machines/sizes/overview"
SYSTEM_POOLS = "https://learn.microsoft.com/azure/aks/use-system-pools"


def name(value: str) -> str:
    """The rule for the name of a VM size."""
    if not re.fullmatch(r"(?:Standard|Basic)_[A-Za-z0-9_-]+", value):
        rule = "must be the name of a VM size, as `az vm list-sizes --location LOCATION` shows it"
        # The setting's default is suggested.
        raise broken(rule, source=SIZES)
    return value


def of_hdinsight(value: str) -> str:
    """The rule for the VM size of an HDInsight node."""
    if re.match(r"Basic_|Standard_B[0-9]", name(value)) or _cpus(value) == 1:
        rule = "must be a VM size that HDInsight offers: none of the series Basic or B, nor with 1 CPU"
        raise broken(rule, source=DATA_DISKS)
    return value


def of_aks(value: str) -> str:
    """The rule for the VM size of AKS's nodes."""
    if not name(value).startswith("Standard_") or (_cpus(value) or 1) < 2:
        raise broken(
            "must be a VM size with 2 or more CPUs, for the nodes carry AKS's own pods too",
            source=SYSTEM_POOLS,
            right="Standard_D2s_v5",
        )
    if has_arm_processors(value):
        raise broken(
            "must be a VM size with x64 processors: `az acr build` makes the application's image for those",
            source="https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions",
            right="Standard_D2s_v5",
        )
    return value


def has_arm_processors(size: str) -> bool:
    """Whether a p among the letters after the number in the size's name says so; its case is no matter."""
    return re.match(r"Standard_[A-Z]+[0-9]+(?:-[0-9]+)?[A-Z]*P", size, re.IGNORECASE) is not None


def room_for_disks(disks: int, size: str) -> int:
    """The rule that a VM of that size takes so many data disks."""
    most = most_disks(size)
    if most is not None and disks > most:
        rule = f"must be at most {most}, the data disks that kafkaWorkerSize, {size}, takes"
        raise broken(rule, source=SIZES, right=str(most))
    return disks


def most_disks(size: str) -> int | None:
    """The most data disks of a VM size, for the series that HDInsight recommends; None for any other."""
    found = re.fullmatch(r"standard_(a|d|e)([0-9]+)m?_v([23])", size.lower())
    if not found:
        return None
    series, number, version = found[1], int(found[2]), found[3]
    if (series, version) == ("d", "2"):
        # D1 to D5 and D11 to D14 number the steps by which CPUs double.
        return min(4 * 2 ** (number - 1 if number < 10 else number - 10), 64)
    return min(2 * number, 32)


def _cpus(size: str) -> int | None:
    """The number in a size's name, which is 1 for sizes with a single CPU only; None without one."""
    found = re.match(r"(?:Standard|Basic)_[A-Za-z]+([0-9]+)", size)
    return int(found[1]) if found else None
