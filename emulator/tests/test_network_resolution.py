"""The files that decide how a node resolves names."""

from emulator.network.resolution import resolution_files
from emulator.network.specification import NodeSpec

NODE = NodeSpec(
    name="mykafka/wn0",
    network="kafka",
    address="10.10.0.4",
    prefix_length=24,
    hostname="wn0-mykafk.example.internal",
    hosts={"wn0-mykafk.example.internal": "10.10.0.4", "zk0-mykafk.example.internal": "10.10.0.9"},
)


def test_full_names_come_before_short_ones_and_no_name_twice() -> None:
    assert resolution_files(NODE)["/etc/hosts"].splitlines() == [
        "127.0.0.1 localhost",
        "10.10.0.4 wn0-mykafk.example.internal wn0-mykafk",
        "10.10.0.9 zk0-mykafk.example.internal zk0-mykafk",
    ]


def test_nothing_but_files_is_asked() -> None:
    files = resolution_files(NODE)

    assert "hosts: files\n" in files["/etc/nsswitch.conf"]
    assert "nameserver" not in files["/etc/resolv.conf"]
