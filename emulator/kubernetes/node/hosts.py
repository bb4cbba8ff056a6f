"""The /etc/hosts that a kubelet writes for a pod (managedHostsFileContent in its kubelet_pods.go)."""

from emulator.kubernetes.server.downward import field_of
from emulator.kubernetes.server.objects import Object
from emulator.kubernetes.server.pod_rules import ETC_HOSTS

_HEAD = """\
# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
"""


def hosts_of(pod: Object, address: str) -> str:
    """The text for a pod with this address: its own name, and its `hostAliases`, an address a line.

    If the container mounts a file at /etc/hosts, it is the text of that: a kubelet writes none (makeMounts).
    """
    if (mounted := _mounted(pod)) is not None:
        return mounted
    own = f"{address}\t{pod['metadata']['name']}\n"
    aliases = pod["spec"].get("hostAliases") or []
    lines = ["\t".join([one["ip"], *(one.get("hostnames") or [])]) + "\n" for one in aliases]
    added = ["\n# Entries added by HostAliases.\n", *lines] if lines else []
    return "".join([_HEAD, own, *added])


def _mounted(pod: Object) -> str | None:
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or []}
    for mount in pod["spec"]["containers"][0].get("volumeMounts") or []:
        if mount["mountPath"] == ETC_HOSTS and "downwardAPI" in volumes[mount["name"]]:
            items = volumes[mount["name"]]["downwardAPI"]["items"]
            [path] = [one["fieldRef"]["fieldPath"] for one in items if one["path"] == mount["subPath"]]
            return field_of(pod, path)
    return None
