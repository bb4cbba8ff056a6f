"""The /etc/hosts of a pod."""

from typing import Any

from emulator.kubernetes.node.hosts import hosts_of


def pod(**specification: Any) -> dict[str, Any]:
    metadata = {"name": "view-1", "annotations": {"example.org/hosts": "10.10.0.6\twn0-my-ka-\n"}}
    return {"metadata": metadata, "spec": {"containers": [{"name": "view"}], **specification}}


def test_a_pod_knows_itself_and_its_aliases_an_address_a_line() -> None:
    aliases = [{"ip": "10.10.0.6", "hostnames": ["wn0-x.y", "wn0-x"]}, {"ip": "10.10.0.7"}]
    text = hosts_of(pod(hostAliases=aliases), "10.20.0.7")
    assert text.startswith("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ")
    added = "\n# Entries added by HostAliases.\n10.10.0.6\twn0-x.y\twn0-x\n10.10.0.7\n"
    assert text.endswith(f"\n10.20.0.7\tview-1\n{added}")
    assert hosts_of(pod(), "10.20.0.7") == text.removesuffix(added)


def test_a_file_that_the_container_mounts_there_takes_its_place() -> None:
    item = {"path": "hosts", "fieldRef": {"fieldPath": "metadata.annotations['example.org/hosts']"}}
    mounted = pod(
        volumes=[
            {"name": "tmp", "emptyDir": {}},
            {"name": "names", "downwardAPI": {"items": [{**item, "path": "other"}, item]}},
        ],
        containers=[
            {
                "name": "view",
                "volumeMounts": [
                    {"name": "tmp", "mountPath": "/tmp"},
                    {"name": "names", "mountPath": "/etc/hosts", "subPath": "hosts"},
                ],
            }
        ],
        hostAliases=[{"ip": "10.10.0.9", "hostnames": ["other"]}],
    )
    assert hosts_of(mounted, "10.20.0.7") == "10.10.0.6\twn0-my-ka-\n"
