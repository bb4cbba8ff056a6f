"""Kubeconfigs that sign in by a program: it asks nobody, it ends, and it is said what it lacks."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.cluster import login
from components.cluster.login import KubeconfigUnusable, for_nobody, signed_in
from tests.unit.api_server import kubeconfig

SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""AKS's own application, the same for every cluster: https://azure.github.io/kubelogin/concepts/aks.html."""
OF_AKS = ["get-token", "--environment", "AzurePublicCloud", "--server-id", SERVER]
OF_A_PERSON = ["--client-id", "80faf920-1908-4b52-b5ef-a8e7bedfc67a", "--tenant-id", "t"]
FEDERATED = {"AZURE_FEDERATED_TOKEN_FILE": "f", "AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "t"}


def entra(*login: str, command: str = "kubelogin") -> str:
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": command,
        "args": [*OF_AKS, *OF_A_PERSON, *login],
        "env": None,
    }
    return kubeconfig("https://aks", exec=plugin)


def plugin_in(text: str) -> dict[str, Any]:
    return yaml.safe_load(text)["users"][0]["user"]["exec"]


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH on which kubelogin is."""
    program = tmp_path / "kubelogin"
    program.write_text("")
    program.chmod(0o755)
    return str(tmp_path)


@pytest.mark.parametrize("login", [("--login", "devicecode"), ("--login=interactive",), ()])
def test_a_login_that_asks_somebody_becomes_that_of_the_azure_cli(login: tuple[str, ...], path: str) -> None:
    changed = plugin_in(for_nobody(entra(*login), {"PATH": path}))
    assert changed["args"] == ["get-token", "--server-id", SERVER, "--login", "azurecli"]


def test_a_pipeline_signs_in_by_its_federated_token(path: str) -> None:
    changed = plugin_in(for_nobody(entra("--login", "devicecode"), {"PATH": path, **FEDERATED}))
    assert changed["args"][-2:] == ["--login", "workloadidentity"]


@pytest.mark.parametrize(
    "text", [kubeconfig("https://aks", token="t"), entra("--login", "msi"), entra(command="other")]
)
def test_a_login_that_needs_nobody_stays(text: str, path: str) -> None:
    assert for_nobody(text, {"PATH": path}) == text


def test_a_login_that_is_chosen_by_the_environment_stays_unless_it_asks_somebody(path: str) -> None:
    text = entra("--login", "devicecode")
    assert for_nobody(text, {"PATH": path, "AAD_LOGIN_METHOD": "spn"}) == text
    with pytest.raises(KubeconfigUnusable, match="unset AAD_LOGIN_METHOD"):
        for_nobody(text, {"PATH": path, "AAD_LOGIN_METHOD": "devicecode"})


def test_a_missing_kubelogin_is_said_with_the_way_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigUnusable, match="az aks install-cli"):
        for_nobody(entra(), {"PATH": str(tmp_path)})


def printing(tmp_path: Path, script: str) -> str:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return kubeconfig("https://aks", exec={"apiVersion": "v1", "command": str(program)})


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param("exec sleep 60", "no credentials within", marks=pytest.mark.thorough),
        ("echo 'AADSTS50076: sign in' >&2; exit 1", "AADSTS50076"),
        ("echo nonsense", "no credentials"),
        ('echo "{\\"status\\": {}}"', "neither a token nor a certificate"),
    ],
)
def test_a_program_that_prints_no_credentials_ends_and_is_named(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "TIMEOUT_SECONDS", 1)
    with pytest.raises(KubeconfigUnusable, match=said):
        signed_in(printing(tmp_path, script))


def test_a_program_that_is_not_installed_is_named() -> None:
    plugin = {"apiVersion": "v1", "command": "/none/such"}
    with pytest.raises(KubeconfigUnusable, match="/none/such is not installed"):
        signed_in(kubeconfig("https://aks", exec=plugin))


def test_a_program_that_may_not_be_run_is_named(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    plugin = {"apiVersion": "v1", "command": str(program)}
    with pytest.raises(KubeconfigUnusable, match="program can't be run: Permission denied"):
        signed_in(kubeconfig("https://aks", exec=plugin))
