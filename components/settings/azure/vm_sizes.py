"""Rules for sizes of virtual machines (VM sizes), and for those of AKS's nodes."""

import re

from ..validation import leniency
from ..validation.leniency import Made
from ..validation.mistakes import broken

NAMES = "https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions"
SYSTEM_POOLS = "https://learn.microsoft.com/azure/aks/use-system-pools"
FOR_AKS = "Standard_D4s_v5"
_FEWEST_CPUS = 4
"""Of a node in a system pool."""
_NAME = re.compile(
    "(?:Standard|Basic)_(?P<family>[A-Z]+)(?P<number>[0-9]+)(?:-(?P<constrained>[0-9]+))?"
    "(?P<features>[A-Z]*)(?P<rest>(?:_[A-Z0-9]+)*)",
    re.IGNORECASE,
)
_STEPS = {1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 11: 2, 12: 4, 13: 8, 14: 16, 15: 20}
"""CPUs of D and DS up to version 2, which number steps; later sizes name their CPUs."""


def name(value: str) -> str:
    """The rule for the name of a VM size."""
    if not value.startswith(("Standard_", "Basic_")) or not _NAME.fullmatch(value):
        rule = "must be the name of a VM size, as `az vm list-sizes --location LOCATION` shows it"
        # The setting's default is suggested.
        raise broken(rule, source=NAMES)
    return value


def of_aks(value: str) -> str:
    """The rule for the VM size of AKS's nodes, which form a system pool.

    AKS asks for four CPUs in one and supports no B size. Clusters with less have been made all the same, so
    that a size which the documentation rules out is worth a warning before a cluster is made of it.
    """
    if not name(value).startswith("Standard_") or cpus(value) < 2:
        rule = "must be a VM size with 2 or more CPUs, for the nodes carry AKS's own pods too"
        raise broken(rule, source=SYSTEM_POOLS, right=FOR_AKS)
    if has_arm_processors(value):
        raise broken(
            "must be a VM size with x64 processors: `az acr build` makes the application's image for those",
            source=NAMES,
            right=FOR_AKS,
        )
    if leniency.standing(Made.AKS) is None:
        _warn_of_small_nodes(value)
    return value


def has_arm_processors(size: str) -> bool:
    """Whether a p among the letters after the number in the size's name says so; its case is no matter."""
    found = _NAME.fullmatch(size)
    return found is not None and "p" in found["features"].lower()


def cpus(size: str) -> int:
    """The CPUs that the name of a VM size tells of."""
    found = _NAME.fullmatch(size)
    if found is None:
        raise ValueError(f"{size} is no name of a VM size")
    number = int(found["constrained"] or found["number"])
    steps = found["family"].upper() in ("D", "DS") and not found["features"]
    return _STEPS.get(number, number) if steps and found["rest"].lower() in ("", "_v2") else number


def _warn_of_small_nodes(size: str) -> None:
    if re.match("Standard_B[0-9]", size, re.IGNORECASE):
        leniency.advise(
            f"aksNodeSize = {size}: AKS supports no B size in a system pool, and here there is no other "
            "pool. A node that has used up its CPU credits slows down AKS's own pods, DNS among them. "
            f"Left out, the setting gives a new cluster {FOR_AKS} ({SYSTEM_POOLS})."
        )
    elif (has := cpus(size)) < _FEWEST_CPUS:
        leniency.advise(
            f"aksNodeSize = {size}: AKS asks for {_FEWEST_CPUS} CPUs in a system pool, and here there is no "
            f"other pool. With {has} AKS's own pods take much of each node, and what is left may be too "
            f"little during an upgrade. Another size later takes another cluster ({SYSTEM_POOLS})."
        )
