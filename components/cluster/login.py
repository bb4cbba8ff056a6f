"""How a kubeconfig signs in: by what stands in it, or by a program that it names, which must ask nobody."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

TIMEOUT_SECONDS = 30
"""How long a program may take to print a token: the Azure CLI takes some seconds."""
ASKING_SOMEBODY = frozenset({"devicecode", "interactive", "ropc"})
"""Logins of kubelogin's that wait for a person: https://azure.github.io/kubelogin/concepts/login-modes.html."""
KUBELOGIN = "kubelogin"
FROM_THE_ENVIRONMENT = "AAD_LOGIN_METHOD"
"""The variable by which kubelogin's login is chosen; it wins over the argument."""
WORKLOAD_IDENTITY = ("AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID", "AZURE_TENANT_ID")
"""What a pipeline sets that signs in by a federated token, and kubelogin reads."""
_OF_A_PERSON = frozenset({"--login", "-l", "--client-id", "--tenant-id", "--environment", "-e", "-t"})
"""Arguments of a login that asks somebody, each with its value; `--server-id` says whom the token is for."""


class KubeconfigUnusable(pulumi.RunError):
    """The kubeconfig can't be used without a person, or lacks something; says what, and what to do."""


def for_nobody(kubeconfig: str, environment: Mapping[str, str] = os.environ) -> str:
    """The kubeconfig with a login that needs nobody, where it names one that does; else as it is.

    AKS hands out a login by device code for every cluster with Entra ID. Nobody would see that code here: the
    program waits behind a preview. Instead of it comes the login of a pipeline's federated token where there
    is one, else that of the Azure CLI, which Pulumi uses as well. A login chosen by the variable
    AAD_LOGIN_METHOD is left to kubelogin.

    Raises:
        KubeconfigUnusable: kubelogin is not installed; or it is told to ask somebody all the same.
    """
    if KUBELOGIN not in kubeconfig:
        return kubeconfig
    import yaml

    document = yaml.safe_load(kubeconfig)
    plugins = [plugin for plugin in _plugins(document) if _is_kubelogin(plugin)]
    if not plugins:
        return kubeconfig
    if lacking := kubelogin_lacking(environment):
        raise KubeconfigUnusable(lacking)
    chosen = environment.get(FROM_THE_ENVIRONMENT)
    if chosen in ASKING_SOMEBODY:
        raise KubeconfigUnusable(
            f"{FROM_THE_ENVIRONMENT}={chosen} makes kubelogin wait for a person, whom nothing here would "
            f"ask: unset {FROM_THE_ENVIRONMENT}, and sign in with az login before"
        )
    if chosen:
        return kubeconfig
    login = "workloadidentity" if all(map(environment.get, WORKLOAD_IDENTITY)) else "azurecli"
    changed = [plugin for plugin in plugins if _login(plugin) in ASKING_SOMEBODY]
    for plugin in changed:
        plugin["args"] = _with_login(plugin.get("args") or [], login)
    return yaml.safe_dump(document, sort_keys=False) if changed else kubeconfig


def kubelogin_lacking(environment: Mapping[str, str] = os.environ) -> str:
    """What to say where kubelogin is not installed; empty where it is."""
    if shutil.which(KUBELOGIN, path=environment.get("PATH")):
        return ""
    return (
        "AKS signs in by Entra ID, for which the program kubelogin is needed, and there is none on PATH: "
        "az aks install-cli installs it (https://azure.github.io/kubelogin/install.html)"
    )


def signed_in(kubeconfig: str) -> dict[str, Any]:
    """The parsed kubeconfig, with what its program has printed in the place of that program.

    https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins

    Raises:
        KubeconfigUnusable: it has no current context, or its program printed no credentials in time.
    """
    import yaml

    document = yaml.safe_load(kubeconfig)
    user = _current_user(document)
    if plugin := user.pop("exec", None):
        user.update(_printed(plugin))
    elif not user.keys() & {"token", "tokenFile", "client-certificate", "client-certificate-data"}:
        raise KubeconfigUnusable("the kubeconfig's user has no token, no client certificate and no exec")
    return document


def _plugins(document: Any) -> Sequence[dict[str, Any]]:
    users = document.get("users") if isinstance(document, dict) else None
    return [entry["user"]["exec"] for entry in users or [] if (entry.get("user") or {}).get("exec")]


def _is_kubelogin(plugin: Mapping[str, Any]) -> bool:
    return os.path.basename(str(plugin.get("command"))) == KUBELOGIN


def _login(plugin: Mapping[str, Any]) -> str:
    """What kubelogin is told to do. By itself it asks for a device code."""
    arguments = [str(argument) for argument in plugin.get("args") or []]
    for index, argument in enumerate(arguments):
        if argument in ("--login", "-l"):
            return arguments[index + 1]
        if argument.startswith("--login="):
            return argument.partition("=")[2]
    return "devicecode"


def _with_login(arguments: Sequence[str], login: str) -> list[str]:
    kept, skipped = [], False
    for argument in arguments:
        if not skipped and argument.partition("=")[0] not in _OF_A_PERSON:
            kept.append(argument)
        skipped = not skipped and argument in _OF_A_PERSON
    return [*kept, "--login", login]


def _current_user(document: Any) -> dict[str, Any]:
    try:
        context = _named(document, "context", document["current-context"])
        return _named(document, "user", context["user"])
    except (KeyError, TypeError) as error:
        raise KubeconfigUnusable(f"the kubeconfig lacks {error}") from error


def _named(document: Mapping[str, Any], kind: str, name: str) -> dict[str, Any]:
    for entry in document[f"{kind}s"]:
        if entry["name"] == name:
            return entry[kind]
    raise KeyError(f"{kind} {name}")


def _printed(plugin: Mapping[str, Any]) -> dict[str, Any]:
    """What the program prints, as a kubeconfig has it."""
    extra = {variable["name"]: variable["value"] for variable in plugin.get("env") or []}
    request = {"apiVersion": plugin["apiVersion"], "kind": "ExecCredential", "spec": {"interactive": False}}
    command = [str(plugin["command"]), *map(str, plugin.get("args") or [])]
    try:
        printed = subprocess.run(
            command,
            env={**os.environ, **extra, "KUBERNETES_EXEC_INFO": json.dumps(request)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        )
        status = json.loads(printed.stdout)["status"]
    except FileNotFoundError:
        raise KubeconfigUnusable(f"the kubeconfig's program {command[0]} is not installed") from None
    except OSError as error:
        reason = error.strerror or error
        raise KubeconfigUnusable(f"the kubeconfig's program {command[0]} can't be run: {reason}") from None
    except subprocess.TimeoutExpired:
        raise KubeconfigUnusable(
            f"the kubeconfig's program {command[0]} printed no credentials within {TIMEOUT_SECONDS} s"
        ) from None
    except subprocess.CalledProcessError as failure:
        reason = failure.stderr.decode(errors="replace").strip()
        raise KubeconfigUnusable(f"the kubeconfig's program {command[0]} failed: {reason}") from None
    except (ValueError, KeyError, TypeError):
        raise KubeconfigUnusable(f"the kubeconfig's program {command[0]} printed no credentials") from None
    return _as_user(status)


def _as_user(status: Mapping[str, Any]) -> dict[str, Any]:
    import base64

    if token := status.get("token"):
        return {"token": token}
    certificate, key = status.get("clientCertificateData"), status.get("clientKeyData")
    if not certificate or not key:
        raise KubeconfigUnusable("the kubeconfig's program printed neither a token nor a certificate")
    encoded = {"client-certificate-data": certificate, "client-key-data": key}
    return {name: base64.b64encode(text.encode()).decode() for name, text in encoded.items()}
