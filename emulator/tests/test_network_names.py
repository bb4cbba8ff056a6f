"""Finding a node by a short name."""

import pytest

from emulator.network.names import NodeUnknown, resolve

NODES = [
    "mykafka/wn0",
    "aks/aks-pool-0",
    "aks/aks-pool-1",
    "aks/kafka-test/app-5d9c-x2x",
    "other/hn0",
    "mykafka/hn0",
]


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("other/hn0", "other/hn0"),
        ("wn0", "mykafka/wn0"),
        ("aks", "aks/aks-pool-0"),
        ("aks-pool", "aks/aks-pool-0"),
        ("aks-pool-1", "aks/aks-pool-1"),
        ("app-5d9c-x2x", "aks/kafka-test/app-5d9c-x2x"),
        ("kafka-test/app-5d9c-x2x", "aks/kafka-test/app-5d9c-x2x"),
        ("app", "aks/kafka-test/app-5d9c-x2x"),
    ],
)
def test_a_node_goes_by(name: str, node: str) -> None:
    assert resolve(name, NODES) == node


def test_a_last_part_of_several_nodes_is_refused_with_their_names() -> None:
    with pytest.raises(NodeUnknown, match=r"^hn0 may be any of other/hn0, mykafka/hn0$"):
        resolve("hn0", NODES)


@pytest.mark.parametrize("name", ["wn", "kafka", "aks-po", ""])
def test_parts_of_words_find_nothing(name: str) -> None:
    with pytest.raises(NodeUnknown, match="known are mykafka/wn0, aks/aks-pool-0"):
        resolve(name, NODES)


def test_an_empty_world_says_so() -> None:
    with pytest.raises(NodeUnknown, match=r"^no node wn0; there are none$"):
        resolve("wn0", [])
