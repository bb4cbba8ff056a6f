"""How the program reads what the provider does not show: by the kubeconfig, whatever else is set."""

import base64
from pathlib import Path

import certifi
import yaml

from judge.cluster import Cluster
from judge.sites import Sites
from judge.stack import Stack


def test_an_authority_for_other_servers_is_not_asked(sites: Sites) -> None:
    """REQUESTS_CA_BUNDLE is for the proxies of a company; clusters have an authority of their own."""

    def scenario(stack: Stack) -> None:
        stack.variables = {"REQUESTS_CA_BUNDLE": certifi.where()}
        stack.settle()

    sites.judge(scenario)


def test_a_kubeconfig_that_names_files_and_ends_in_a_slash(sites: Sites) -> None:
    def scenario(stack: Stack) -> None:
        stack.variables = {"KUBECONFIG_TEXT": _with_files(stack.cluster, stack.folder)}
        stack.settle()

    sites.judge(scenario)


def _with_files(cluster: Cluster, folder: Path) -> str:
    document = yaml.safe_load(cluster.kubeconfig)
    [entry] = document["clusters"]
    authority = folder / "authority.pem"
    authority.write_bytes(base64.b64decode(entry["cluster"].pop("certificate-authority-data")))
    entry["cluster"] |= {"certificate-authority": str(authority), "server": f"{entry['cluster']['server']}/"}
    return yaml.safe_dump(document)
