"""What it takes to read the outputs of another stack, with the real engine: the table of docs/outputs.md."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.environment import CHECKOUT
from tests.e2e.referenced_stack import KUBECONFIG, Program, deployed, passphrase, program, providers
from tests.e2e.vault import BAD, GOOD, KEY, key, vault

READER = """\
import pulumi
from aks_kafka.outputs import EnvironmentOutputs
environment = EnvironmentOutputs(pulumi.StackReference("organization/environment/dev"))
pulumi.export("read", getattr(environment, pulumi.Config().require("read")))
"""


def reader(folder: Path, secrets: Mapping[str, str], *options: str) -> Program:
    return program(folder / "reader", "reader", READER, secrets, *options)


def preview(reader: Program, output: str) -> tuple[int, str]:
    """Exit status and output, on one line, of a preview that reads this output."""
    ended = reader.run("preview", "--config", f"read={output}")
    return ended.status, " ".join(ended.output.split())


def test_another_passphrase_opens_no_secret_and_hides_nothing_else(tmp_path: Path) -> None:
    deployed(tmp_path, passphrase("environment"))
    consumer = reader(tmp_path, passphrase("reader"))
    assert preview(consumer, "bootstrap_servers")[0] == 0
    status, said = preview(consumer, "kubeconfig")
    assert status != 0
    assert (
        "Output kubeconfig of stack organization/environment/dev is a secret, which this run can't open"
        in said
    )
    assert "PULUMI_CONFIG_PASSPHRASE" in said
    assert "Traceback" not in said


def test_one_passphrase_for_both_opens_all(tmp_path: Path) -> None:
    deployed(tmp_path, passphrase("environment"))
    consumer = reader(tmp_path, passphrase("environment"))
    consumer.succeed("up", "--yes", "--skip-preview", "--config", "read=kubeconfig")
    assert consumer.outputs() == {"read": "[secret]"}
    assert KUBECONFIG not in consumer.state()
    shown = json.loads(consumer.succeed("stack", "output", "--json", "--show-secrets"))
    assert shown == {"read": KUBECONFIG}


def test_a_reader_with_a_key_needs_some_passphrase_all_the_same(tmp_path: Path) -> None:
    with vault() as url:
        deployed(tmp_path, passphrase("environment"))
        consumer = reader(tmp_path, key(url, GOOD), "--secrets-provider", KEY)
        status, said = preview(consumer, "topic")
        assert status != 0
        assert "passphrase must be set" in said
        consumer.secrets = {**consumer.secrets, **passphrase("")}
        assert preview(consumer, "topic")[0] == 0
        consumer.secrets = {**consumer.secrets, **passphrase("environment")}
        assert preview(consumer, "kubeconfig")[0] == 0


def test_without_the_right_to_the_environment_s_key_nothing_can_be_read(tmp_path: Path) -> None:
    with vault() as url:
        deployed(tmp_path, key(url, GOOD), "--secrets-provider", KEY)
        consumer = reader(tmp_path, {**passphrase("reader"), **key(url, BAD)})
        status, said = preview(consumer, "topic")
        assert status != 0
        assert 'constructing secrets manager of type "cloud"' in said
        consumer.secrets = {**passphrase("reader"), **key(url, GOOD)}
        assert preview(consumer, "kubeconfig")[0] == 0


def test_the_example_says_what_it_lacks(tmp_path: Path) -> None:
    deployed(tmp_path, passphrase("environment"))
    ignored = shutil.ignore_patterns("Pulumi.*.yaml", "__pycache__")
    shutil.copytree(CHECKOUT / "examples" / "consumer", tmp_path / "consumer", ignore=ignored)
    with providers() as ports:
        example = Program(tmp_path / "consumer", tmp_path, passphrase("reader"), ports)
        example.create()
        ended = example.run("preview", "--config", "environment=organization/environment/dev")
    said = " ".join(ended.output.split())
    assert ended.status != 0
    assert "Output kubeconfig of stack organization/environment/dev is a secret" in said
    assert "Traceback" not in said
    assert "no kubeconfig" not in said
