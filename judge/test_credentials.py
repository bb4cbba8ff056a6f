"""The program's own access to the cluster: by the kubeconfig, whatever the environment says."""

import base64
from pathlib import Path

import certifi
import yaml

from judge.cluster import Cluster
from judge.cluster_pair import ClusterPair
from judge.stack import Stack


def test_an_authority_for_other_servers_is_not_asked(clusters: ClusterPair) -> None:
    """REQUESTS_CA_BUNDLE is for a company's proxies; a cluster has a certificate authority of its own."""

    def scenario(stack: Stack) -> None:
        stack.variables = {"REQUESTS_CA_BUNDLE": certifi.where()}
        stack.settle()

    clusters.judge(scenario)


def test_a_kubeconfig_that_names_files_and_ends_in_a_slash(clusters: ClusterPair) -> None:
    def scenario(stack: Stack) -> None:
        stack.variables = {"KUBECONFIG_TEXT": _with_files(stack.cluster, stack.folder)}
        stack.settle()

    clusters.judge(scenario)


def _with_files(cluster: Cluster, folder: Path) -> str:
    document = yaml.safe_load(cluster.kubeconfig)
    [entry] = document["clusters"]
    authority = folder / "authority.pem"
    authority.write_bytes(base64.b64decode(entry["cluster"].pop("certificate-authority-data")))
    entry["cluster"] |= {"certificate-authority": str(authority), "server": f"{entry['cluster']['server']}/"}
    return yaml.safe_dump(document)
