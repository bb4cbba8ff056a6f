"""What HDInsight and AKS take of sizes of virtual machines."""

import json
from typing import Any

import pytest
from pydantic_core import PydanticCustomError

from components.settings import Settings, WrongSettings
from components.settings.azure import hdinsight_sizes, vm_sizes
from components.settings.azure.hdinsight_sizes import Role
from components.settings.validation.leniency import Made
from tests.unit.configurations import REQUIRED

FIELDS = {
    Role.HEAD: "kafkaHeadSize",
    Role.WORKER: "kafkaWorkerSize",
    Role.ZOOKEEPER: "kafkaZookeeperSize",
}


def said_of(standing: tuple[str, ...] = (), /, **values: Any) -> list[str]:
    """What a preview warns of. Raises WrongSettings where there is more than that."""
    said: list[str] = []
    Settings.parse(
        {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in {**REQUIRED, "kafkaDisksPerWorker": 1, **values}.items()
        },
        {"ambariPassword"},
        stack="test",
        standing={type_: {} for type_ in standing},
        warn=said.append,
    )
    return said


@pytest.mark.parametrize(
    ("size", "disks"),
    [
        ("Standard_E4_V3", 8),
        ("Standard_e8_v3", 16),
        ("Standard_E64_V3", 32),
        ("Standard_E2_v3", 8),
        ("Standard_E2a_v4", 4),
        ("Standard_A4_V2", 8),
        ("Standard_A4m_v2", 8),
        ("Standard_D3_V2", 8),
        ("Standard_D12_V2", 8),
        ("Standard_DS3_v2", 8),
        ("Standard_D13_V2", 16),
        ("Standard_D15_v2", 40),
        ("Standard_D4ads_v5", 8),
        ("Standard_F4s_v2", 8),
        ("Standard_F4", 16),
        ("Standard_DS15_v2", None),
        ("Standard_D4_v3", None),
        ("Standard_L8s_v2", None),
    ],
)
def test_disks_are_as_many_as_hdinsight_gives_a_size(size: str, disks: int | None) -> None:
    assert hdinsight_sizes.most_disks(size) == disks


def test_what_a_list_says_has_its_place_and_day() -> None:
    assert [str(offer) for offer in hdinsight_sizes.offers()] == [
        "East US (August 2024)",
        "East Asia (June 2025)",
    ]
    for file in hdinsight_sizes.LISTS:
        assert hdinsight_sizes.recorded.read(file)["source"].startswith("https://github.com/Azure/azure-cli/")


def test_every_size_that_a_list_takes_out_is_in_it_and_every_size_is_a_name() -> None:
    for offer in hdinsight_sizes.offers():
        assert offer.excluded.keys() == set(Role)
        for sizes in offer.excluded.values():
            assert sizes <= offer.disks.keys()
        assert len(offer.disks) > 80
        assert all(vm_sizes.name(f"Standard_{size}") for size in offer.disks)


@pytest.mark.parametrize(
    ("role", "size"),
    [
        *[(role, "Standard_E4_V3") for role in Role],
        (Role.HEAD, "Standard_D3_v2"),
        (Role.WORKER, "Standard_D14_v2"),
        (Role.WORKER, "Standard_A2m_v2"),
        (Role.ZOOKEEPER, "Standard_A1_v2"),
        (Role.ZOOKEEPER, "Standard_A2_v2"),
        (Role.ZOOKEEPER, "Standard_DS1_v2"),
    ],
)
def test_what_every_list_allows_is_taken_without_a_word(role: Role, size: str) -> None:
    assert said_of(**{FIELDS[role]: size}) == []


@pytest.mark.parametrize(
    ("role", "size"),
    [
        (Role.HEAD, "Standard_A1_v2"),
        (Role.HEAD, "Standard_D2_v2"),
        (Role.HEAD, "Standard_GS2"),
        (Role.WORKER, "Standard_A2_v2"),
        (Role.WORKER, "Standard_D2a_v4"),
        (Role.WORKER, "Standard_D1"),
        (Role.ZOOKEEPER, "Standard_GS1"),
    ],
)
def test_what_every_list_takes_out_for_a_role_is_refused_for_a_new_cluster_only(
    role: Role, size: str
) -> None:
    with pytest.raises(WrongSettings) as raised:
        said_of(**{FIELDS[role]: size})
    [mistake] = raised.value.mistakes
    assert (mistake.setting, mistake.value) == (FIELDS[role], size)
    assert f"{hdinsight_sizes.SHOWN[role]} of Kafka, unlike {size}" in mistake.rule
    [said] = said_of((Made.KAFKA,), **{FIELDS[role]: size})
    assert "would be refused for a new stack" in said


@pytest.mark.parametrize(
    ("role", "size", "lacking"),
    [
        (Role.WORKER, "Standard_D4s_v5", "East US (August 2024) or East Asia (June 2025)"),
        (Role.HEAD, "Standard_L8s_v2", "East US (August 2024) or East Asia (June 2025)"),
        (Role.WORKER, "Standard_D4ads_v5", "East Asia (June 2025)"),
        (Role.WORKER, "Standard_E4s_v3", "East US (August 2024)"),
        (Role.HEAD, "Standard_A2m_v2", "East US (August 2024)"),
        (Role.ZOOKEEPER, "Standard_D3", "East US (August 2024)"),
    ],
)
def test_what_not_every_list_has_is_warned_of_with_the_region_s_own(
    role: Role, size: str, lacking: str
) -> None:
    [said] = said_of(location="northeurope", **{FIELDS[role]: size})
    assert said.startswith(f"{FIELDS[role]} = {size}: HDInsight was not seen to offer it in {lacking}. ")
    assert 'northeurope has: az rest --url "/subscriptions/{subscriptionId}/providers/' in said
    assert "locations/northeurope/billingSpecs" in said
    assert said_of((Made.KAFKA,), **{FIELDS[role]: size}) == []


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("size", "rule"),
    [
        ("Standard_B2s", "Basic or B"),
        ("Standard_B2ms", "Basic or B"),
        ("Basic_A2", "Basic or B"),
        ("Standard_D4pds_v5", "x64"),
        ("Standard_E4ps_v5", "x64"),
        ("E4_V3", "name of a VM size"),
        ("Standard_large", "name of a VM size"),
        ("Standard_E4 v3", "name of a VM size"),
        ("Standard_", "name of a VM size"),
        ("standard_e4_v3", "name of a VM size"),
        ("Standard_E4-v3", "name of a VM size"),
    ],
)
def test_hdinsight_never_takes(role: Role, size: str, rule: str) -> None:
    with pytest.raises(WrongSettings) as raised:
        said_of((Made.KAFKA,), **{FIELDS[role]: size})
    [mistake] = raised.value.mistakes
    assert mistake.setting == FIELDS[role]
    assert rule in mistake.rule


def test_more_disks_than_hdinsight_gives_are_refused_for_a_new_cluster_only() -> None:
    wanted = {"kafkaWorkerSize": "Standard_D3_V2", "kafkaDisksPerWorker": 9}
    with pytest.raises(WrongSettings, match="must be at most 8, the data disks that HDInsight gives"):
        said_of(**wanted)
    [said] = said_of((Made.KAFKA,), **wanted)
    assert "would be refused for a new stack" in said
    assert said_of(kafkaWorkerSize="Standard_D3_V2", kafkaDisksPerWorker=8) == []


@pytest.mark.parametrize(
    "size",
    [
        "Standard_D2s_v5",
        "Standard_B2s",
        "Standard_E2-2s_v5",
        "Standard_NP10s",
        "Standard_DC2as_v5",
        "Standard_D2",
        "Standard_D4s_v5",
        "Standard_NC4as_T4_v3",
        "Standard_M8-2ms_v2",
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
        ("Standard_large", "name of a VM size"),
    ],
)
def test_aks_does_not_take(size: str, rule: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        vm_sizes.of_aks(size)
    assert rule in str(refused.value.context)


@pytest.mark.parametrize(
    ("size", "number"),
    [
        ("Standard_D2s_v5", 2),
        ("Standard_DS2_v2", 2),
        ("Standard_DS3_v2", 4),
        ("Standard_D12_v2", 4),
        ("Standard_D11", 2),
        ("Standard_E8-2s_v5", 2),
        ("Standard_D15_v2", 20),
        ("Standard_D16_v5", 16),
        ("Standard_D4_v3", 4),
        ("Standard_A4m_v2", 4),
    ],
)
def test_a_name_tells_how_many_cpus_a_size_has(size: str, number: int) -> None:
    assert vm_sizes.cpus(size) == number


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ("Standard_D2s_v5", "With 2 AKS's own pods"),
        ("Standard_DS2_v2", "With 2 AKS's own pods"),
        ("Standard_B4ms", "supports no B size in a system pool"),
    ],
)
def test_nodes_that_aks_advises_against_are_warned_of_before_there_is_a_cluster(
    size: str, words: str
) -> None:
    [said] = said_of(aksNodeSize=size)
    assert said.startswith(f"aksNodeSize = {size}: AKS ")
    assert words in said
    assert said_of((Made.AKS,), aksNodeSize=size) == []


@pytest.mark.parametrize(
    "size", ["Standard_D4s_v5", "Standard_DS3_v2", "Standard_E4as_v6", "Standard_F4s_v2"]
)
def test_nodes_with_four_cpus_are_taken_without_a_word(size: str) -> None:
    assert said_of(aksNodeSize=size) == []
