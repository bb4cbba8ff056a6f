"""The VM sizes that HDInsight offers, for which roles, and how many data disks each can have.

Sources: HDInsight's `billingSpecs` of East Asia on 30 June 2025 (in the recording of Azure CLI's test
test_hdinsight_create_with_ADLSGen2_and_msi), and its ads_v5 sizes in East US on 21 August 2024
(test_hdinsight_cluster_min_args). Here every region has them all. How HDInsight refuses other sizes was not
recorded: code and wording are believed to be like its refusal of a size without compute isolation.
"""

from emulator.azure.hdinsight.request import ZOOKEEPER
from emulator.azure.resource_manager.refusals import NotModelled, Refused

_SIZES_BY_MAX_DISKS = {
    2: "A1_v2 D1 D1_v2 DS1_v2",
    4: "A2_v2 A2m_v2 D2 D2_v2 D11 D11_v2 DS2_v2 DS11_v2 D2a_v4 E2a_v4 F2s_v2 D2ads_v5 E2ads_v5",
    8: "A4_v2 A4m_v2 D3 D3_v2 D12 D12_v2 DS3_v2 DS12_v2 E2_v3 E4_v3 E2s_v3 E4s_v3 D4a_v4 E4a_v4 F4s_v2 "
    "D4ads_v5 E4ads_v5",
    16: "A8_v2 A8m_v2 D4 D4_v2 D13 D13_v2 DS4_v2 DS13_v2 E8_v3 E8s_v3 D8a_v4 E8a_v4 F8s_v2 D8ads_v5 E8ads_v5",
    32: "D5_v2 D14 D14_v2 DS5_v2 DS14_v2 E16_v3 E20_v3 E32_v3 E64_v3 E64i_v3 E16s_v3 E20s_v3 E32s_v3 E64s_v3 "
    "E64is_v3 D16a_v4 D32a_v4 D48a_v4 D64a_v4 D96a_v4 E16a_v4 E20a_v4 E32a_v4 E48a_v4 E64a_v4 E96a_v4 "
    "F16s_v2 F32s_v2 F64s_v2 F72s_v2 D16ads_v5 D32ads_v5 D48ads_v5 D64ads_v5 D96ads_v5 E16ads_v5 E20ads_v5 "
    "E32ads_v5 E48ads_v5 E64ads_v5 E96ads_v5",
    40: "D15_v2",
}
_MAX_DISKS = {size.lower(): disks for disks, sizes in _SIZES_BY_MAX_DISKS.items() for size in sizes.split()}
"""How many data disks a size can have, by its name without `Standard_` and in lower case.

To HDInsight, names of sizes are not case-sensitive.
"""
_ZOOKEEPER_ONLY = frozenset(
    ("a1_v2", "a2_v2", "d1", "d1_v2", "d2", "d2_v2", "d11", "d11_v2", "ds1_v2", "ds2_v2", "ds11_v2", "d2a_v4")
)


def check_size(role: str, size: str) -> None:
    """Raises Refused for a size that nodes of that role can't have, NotModelled for an unknown one."""
    short = size.lower().removeprefix("standard_")
    if short not in _MAX_DISKS:
        raise NotModelled(f"HDInsight's VM size {size}, which no recording of it has")
    if short in _ZOOKEEPER_ONLY and role != ZOOKEEPER:
        message = f"VM Size '{size.lower()}' for role '{role}' is not supported for cluster type 'Kafka'"
        raise Refused(400, "BadRequest", message)


def check_disks(size: str, disks: int) -> None:
    """Raises Refused for more data disks than a VM of that size can have."""
    limit = _MAX_DISKS[size.lower().removeprefix("standard_")]
    if disks > limit:
        message = f"VM Size '{size.lower()}' for role 'workernode' supports {limit} data disks, not {disks}"
        raise Refused(400, "BadRequest", message)
