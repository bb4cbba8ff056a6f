"""Writes the kubeconfig of a cluster, and reads the token and namespace from one."""

import base64
from pathlib import Path
from typing import Any

import yaml


class KubeconfigInvalid(Exception):
    """A kubeconfig that names no usable cluster and credentials."""


def make_kubeconfig(cluster: str, server: str, authority: Path, token: str) -> str:
    """The kubeconfig that AKS issues for `cluster`: its API server's address and a token, as YAML."""
    user = f"clusterUser_{cluster}"
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": cluster,
                    "cluster": {
                        "server": server,
                        "certificate-authority-data": base64.b64encode(authority.read_bytes()).decode(),
                    },
                }
            ],
            "users": [{"name": user, "user": {"token": token}}],
            "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": user}}],
            "current-context": cluster,
            "preferences": {},
        },
        sort_keys=False,
    )


def token_of(kubeconfig: str, context: str | None = None) -> str:
    """The token of `context`, or of the kubeconfig's current context.

    `kubeconfig`: its text, or its file's path. Raises KubeconfigInvalid.
    """
    document = _parsed(kubeconfig)
    name = context or document.get("current-context")
    chosen = _named(document, "contexts", name).get("context") or {}
    token = (_named(document, "users", chosen.get("user")).get("user") or {}).get("token")
    if not isinstance(token, str):
        raise KubeconfigInvalid(f"kubeconfig: user {chosen.get('user')!r} has no token")
    return token


def namespace_of(kubeconfig: str, context: str | None = None) -> str | None:
    """The namespace of `context`, or of the current context, if it sets one. Raises KubeconfigInvalid."""
    document = _parsed(kubeconfig)
    chosen = _named(document, "contexts", context or document.get("current-context"))
    return (chosen.get("context") or {}).get("namespace")


def _parsed(kubeconfig: str) -> dict[str, Any]:
    text = kubeconfig
    if "\n" not in kubeconfig and not kubeconfig.lstrip().startswith("{"):
        try:
            text = Path(kubeconfig).expanduser().read_text()
        except OSError as error:
            raise KubeconfigInvalid(f"kubeconfig: {error}") from error
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise KubeconfigInvalid(f"kubeconfig: {error}") from error
    if not isinstance(document, dict):
        raise KubeconfigInvalid("kubeconfig: no mapping")
    return document


def _named(document: dict[str, Any], section: str, name: str | None) -> dict[str, Any]:
    found = next((one for one in document.get(section) or [] if one.get("name") == name), None)
    if found is None:
        raise KubeconfigInvalid(f"kubeconfig: no {section} entry named {name!r}")
    return found
