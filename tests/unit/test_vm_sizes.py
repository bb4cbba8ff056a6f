"""What HDInsight and AKS take of sizes of virtual machines."""

import pytest
from pydantic_core import PydanticCustomError

from components.settings import vm_sizes


@pytest.mark.parametrize(
    ("size", "disks"),
    [
        ("Standard_E4_V3", 8),
        ("Standard_e8_v3", 16),
        ("Standard_E64_V3", 32),
        ("Standard_A4_V2", 8),
        ("Standard_A4m_v2", 8),
        ("Standard_D4_v3", 8),
        ("Standard_D3_V2", 16),
        ("Standard_D12_V2", 16),
        ("Standard_D13_V2", 32),
        ("Standard_D15_v2", 64),
        ("Standard_L8s_v2", None),
    ],
)
def test_disks_are_as_many_as_a_size_takes(size: str, disks: int | None) -> None:
    """The column of data disks at https://learn.microsoft.com/azure/virtual-machines/sizes/overview."""
    assert vm_sizes.most_disks(size) == disks


@pytest.mark.parametrize("size", ["Standard_E4_V3", "Standard_D12_V2", "Standard_D14_v2", "Standard_A2_v2"])
def test_hdinsight_takes(size: str) -> None:
    assert vm_sizes.of_hdinsight(size) == size


@pytest.mark.parametrize(
    "size", ["Standard_B2s", "Standard_B2ms", "Basic_A2", "Standard_A1_v2", "Standard_D1"]
)
def test_hdinsight_does_not_take(size: str) -> None:
    with pytest.raises(PydanticCustomError):
        vm_sizes.of_hdinsight(size)


@pytest.mark.parametrize(
    "size",
    [
        "Standard_D2s_v5",
        "Standard_B2s",
        "Standard_E2-2s_v5",
        "Standard_NP10s",
        "Standard_DC2as_v5",
        "Standard_D2",
    ],
)
def test_aks_takes(size: str) -> None:
    assert vm_sizes.of_aks(size) == size


@pytest.mark.parametrize(
    ("size", "rule"),
    [
        ("Standard_B1ls", "2 or more CPUs"),
        ("Standard_F1s", "2 or more CPUs"),
        ("Basic_A2", "2 or more CPUs"),
        ("Standard_D2ps_v5", "x64"),
        ("Standard_B2pts_v2", "x64"),
        ("Standard_E4pds_v6", "x64"),
    ],
)
def test_aks_does_not_take(size: str, rule: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        vm_sizes.of_aks(size)
    assert rule in str(refused.value.context)
