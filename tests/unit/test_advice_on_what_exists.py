"""What a preview advises about clusters and groups that exist is done there, and leaves nothing to say.

`az aks` does here what its documentation says, https://learn.microsoft.com/cli/azure/aks. Networks and
registries are changed by the emulator's own `az`, in `tests/simulated/test_existing_advice.py`.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from components.existing import read_existing
from components.settings import Settings, WrongSettings
from components.settings.validation.mistakes import Mistake
from tests.unit import wrong_surroundings
from tests.unit.configurations import ALL_EXISTS, encoded
from tests.unit.existing_site import Site, locked, rule, stopped, without_identity
from tests.unit.recording import deploy
from tests.unit.test_existing_security import warned


def found(site: Site, values: Mapping[str, Any] = ALL_EXISTS) -> Sequence[Mistake]:
    plain = {name.removeprefix("aks-kafka:"): value for name, value in encoded(values).items()}
    settings = Settings.parse(plain, {"ambariPassword"}, stack="dev")
    try:
        deploy(lambda: read_existing(settings), answers=site.answers())
    except WrongSettings as error:
        return error.mistakes
    return ()


def az(site: Site, command: str) -> None:
    """`az aks`, for the cluster that the command names."""
    program, group, *words = shlex.split(command)
    assert (program, group) == ("az", "aks")
    verb = [word for word in words[:2] if not word.startswith("--")]
    options = dict(re.findall(r"--([\w-]+)(?: ([^-]\S*))?", command))
    assert options.pop("resource-group") == "shop"
    assert options.pop("cluster-name" if verb == ["nodepool", "add"] else "name") == "k8s"
    match verb, options:
        case ["start"], {**nothing} if not nothing:
            site.aks["powerState"] = {"code": "Running"}
        case ["update"], {"enable-managed-identity": ""}:
            site.aks["identityProfile"] = {"kubeletidentity": {"objectId": "made by the update"}}
        case ["update"], {"nrg-lockdown-restriction-level": level}:
            site.aks["nodeResourceGroupProfile"] = {"restrictionLevel": level}
        case ["nodepool", "add"], {"os-type": system, "node-vm-size": size, "name": name}:
            site.aks["agentPoolProfiles"].append({"name": name, "osType": system, "vmSize": size})
        case _:
            raise AssertionError(f"az aks has no such command: {command}")


@pytest.mark.parametrize(
    "wrong", [stopped, without_identity, locked, wrong_surroundings._without_linux_on_x64]
)
def test_an_aks_cluster_is_changed_by_the_command_of_the_message(wrong: Callable[[Site], None]) -> None:
    site = Site()
    wrong(site)
    [mistake] = found(site)
    az(site, mistake.right)
    assert found(site) == ()


def test_brokers_that_are_kept_from_aks_get_a_rule_before_the_one_that_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = Site()
    site.security_group["securityRules"].append(rule("closed", 200, "Deny", "*", "*"))
    [said] = warned(site, monkeypatch)
    advice = re.search(r"\(priority (\d+)\).* A rule before it has to allow that port from (\S+)\.$", said)
    assert advice
    before, source = int(advice[1]) - 1, advice[2]
    site.security_group["securityRules"].append(rule("kafka", before, "Allow", source, "9092"))
    assert warned(site, monkeypatch) == []


def test_where_what_exists_can_t_be_changed_another_setting_is_right() -> None:
    topics = {"topics": [{"name": "orders", "replicationFactor": 5}]}
    [mistake] = found(Site(), {**ALL_EXISTS, **topics})
    topics["topics"][0]["replicationFactor"] = int(mistake.right)
    assert found(Site(), {**ALL_EXISTS, **topics}) == ()
