"""The check of a preview: what it reads, what it prints, how it ends."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from policy.preview import NoPreview, resources
from policy.rules import UNKNOWN

CHECKOUT = Path(__file__).resolve().parents[3]
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
STORAGE = "azure-native:storage/v20240101:StorageAccount"


def step(op: str, **state: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:test::aks-kafka::aks-kafka:index:KafkaCluster${STORAGE}::storage"
    return {"op": op, "urn": urn, "newState": {"urn": urn, "type": STORAGE, **state}}


def preview(*steps: dict[str, Any]) -> str:
    return json.dumps({"steps": list(steps)})


def check(text: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "policy.check"]
    return subprocess.run(command, cwd=CHECKOUT, input=text, capture_output=True, text=True, check=False)


def test_resources_are_as_they_will_be() -> None:
    [storage] = resources(
        preview(
            step("create-replacement", inputs={"sku": {"name": UNKNOWN_TEXT}, "tags": {}}, protect=True),
            step("replace", inputs={"sku": {"name": UNKNOWN_TEXT}, "tags": {}}, protect=True),
        )
    )
    assert storage.name == "storage"
    assert storage.type == "azure-native:storage:StorageAccount"
    assert storage.protect
    assert storage.at("sku.name") is UNKNOWN
    assert storage.at("sku.tier") is None


def test_what_is_deleted_breaks_no_rule() -> None:
    gone = step("delete") | {"newState": None}
    assert resources(preview(gone)) == []


def test_what_a_refresh_saw_and_is_then_deleted_breaks_no_rule() -> None:
    gone = step("delete") | {"newState": None}
    assert resources(preview(step("refresh"), gone)) == []


def test_what_an_earlier_replacement_left_behind_is_not_what_will_be() -> None:
    left = step("refresh", inputs={"tags": {"old": "yes"}}) | {"oldState": {"delete": True}}
    [storage] = resources(preview(step("refresh", inputs={"tags": {}}), left))
    assert storage.inputs == {"tags": {}}


def test_lines_before_and_after_the_preview_are_passed_over() -> None:
    text = f"Previewing update (local):\n{preview(step('create'))}\nDone.\n"
    assert [storage.name for storage in resources(text)] == ["storage"]


def test_resources_without_inputs_have_none() -> None:
    [storage] = resources(preview(step("create")))
    assert storage.inputs == {}
    assert not storage.protect


@pytest.mark.parametrize("text", ["", "Previewing update (local):", "[]", "{}", '{"steps": []}'])
def test_a_failed_preview_is_no_success(text: str) -> None:
    with pytest.raises(NoPreview):
        resources(text)
    ended = check(text)
    assert ended.returncode == 2
    assert ended.stderr.startswith("Nothing was checked: ")
    assert ended.stdout == ""


def test_violations_are_printed_and_fail() -> None:
    inputs = {
        "allowBlobPublicAccess": False,
        "enableHttpsTrafficOnly": True,
        "minimumTlsVersion": "TLS1_2",
        "tags": {"environment": "production"},
    }
    unprotected = check(preview(step("same", inputs=inputs)))
    assert unprotected.returncode == 1
    assert unprotected.stdout.startswith(
        "storage (azure-native:storage:StorageAccount) breaks data-protected"
    )
    assert unprotected.stdout.endswith("1 resources, 14 rules, 1 violations\n")

    protected = check(preview(step("same", inputs=inputs, protect=True)))
    assert (protected.returncode, protected.stdout) == (0, "1 resources, 14 rules, 0 violations\n")
