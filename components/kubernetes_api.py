"""Lists pods from a Kubernetes API server, which Pulumi's provider does not show unless it created them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 30


class KubeconfigUnusable(Exception):
    """The kubeconfig lacks an address or credentials of a supported kind; the message says which."""


def list_pods(kubeconfig: str, namespace: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """The pods of a namespace that carry these labels, as the API has them.

    Args:
        kubeconfig: its text. Of its current context, a token, a client certificate or a command that prints
            a token (client-go's "exec", e.g. kubelogin) is used.

    Raises:
        KubeconfigUnusable: see there.
        requests.RequestException: the server can't be reached, or refuses.
    """
    # Imported here, since a preview has no need of it.
    import requests

    cluster, user = _current(kubeconfig)
    with tempfile.TemporaryDirectory() as folder, requests.Session() as session:
        session.verify = _file(folder, "ca", cluster.get("certificate-authority-data")) or True
        if token := user.get("token") or _printed_token(user):
            session.headers["Authorization"] = f"Bearer {token}"
        else:
            session.cert = _certificate(folder, user)
        answer = session.get(
            f"{cluster['server']}/api/v1/namespaces/{namespace}/pods",
            params={"labelSelector": ",".join(f"{name}={value}" for name, value in labels.items())},
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        return answer.json()["items"]


def _current(kubeconfig: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The cluster and the user of the current context."""
    import yaml

    document = yaml.safe_load(kubeconfig)
    try:
        context = _named(document, "context", document["current-context"])
        cluster = _named(document, "cluster", context["cluster"])
        return {"server": cluster["server"].rstrip("/"), **cluster}, _named(document, "user", context["user"])
    except (KeyError, TypeError) as error:
        raise KubeconfigUnusable(f"the kubeconfig lacks {error}") from error


def _named(document: Mapping[str, Any], kind: str, name: str) -> dict[str, Any]:
    for entry in document[f"{kind}s"]:
        if entry["name"] == name:
            return entry[kind]
    raise KeyError(f"{kind} {name}")


def _printed_token(user: Mapping[str, Any]) -> str | None:
    """https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins"""
    plugin = user.get("exec")
    if plugin is None:
        return None
    extra = {variable["name"]: variable["value"] for variable in plugin.get("env") or []}
    request = {"apiVersion": plugin["apiVersion"], "kind": "ExecCredential", "spec": {"interactive": False}}
    printed = subprocess.run(
        [plugin["command"], *(plugin.get("args") or [])],
        env={**os.environ, **extra, "KUBERNETES_EXEC_INFO": json.dumps(request)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=TIMEOUT_SECONDS,
        check=True,
    )
    return json.loads(printed.stdout)["status"]["token"]


def _certificate(folder: str, user: Mapping[str, Any]) -> tuple[str, str]:
    certificate = _file(folder, "certificate", user.get("client-certificate-data"))
    key = _file(folder, "key", user.get("client-key-data"))
    if certificate is None or key is None:
        raise KubeconfigUnusable("the kubeconfig's user has no token, no client certificate and no exec")
    return certificate, key


def _file(folder: str, name: str, encoded: str | None) -> str | None:
    """A file with what the kubeconfig holds in base64, since requests takes certificates from files only."""
    if encoded is None:
        return None
    file = Path(folder, name)
    file.write_bytes(base64.b64decode(encoded))
    return str(file)
