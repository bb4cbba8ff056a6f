"""The shell steps of the pipelines, run with a pulumi that only notes what it is asked."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPTS = ("azure-login", "plain", "preview", "seal", "pulumi", "up", "unlock", "drift", "environment")
NOTHING: dict[str, Any] = {
    "steps": [{"op": "same", "urn": "urn:pulumi:dev::aks-kafka::a:b:C::c", "newState": {"type": "a:b:C"}}]
}
SOMETHING: dict[str, Any] = {"steps": [NOTHING["steps"][0] | {"op": "create"}]}
PULUMI = """#!/bin/sh
echo "$@" >> "$NOTED"
if [ "$1" = "$SAYS_AT" ]; then echo "$SAYS" >&2; fi
if [ "$1" = "$HANG_AT" ]; then
  trap 'echo interrupted >> "$NOTED"; if [ "$DEAF" != true ]; then exit 1; fi' INT
  while :; do sleep 0.05; done
fi
case "$1" in
  preview) cat "$PREVIEW" ;;
  config) cat >> "$NOTED"; echo >> "$NOTED" ;;
esac
if [ "$1" = "$FAIL_AT" ]; then echo "$FAILURE"; exit "${STATUS:-255}"; fi
"""


@dataclass(frozen=True)
class Checkout:
    """A folder with the scripts, and a pulumi before any other on the path."""

    folder: Path

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A script of .ci, with what a pipeline sets."""
        known = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_STACK": "dev",
            "NOTED": str(self.folder / "noted"),
            "PREVIEW": str(self.folder / "made.json"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            **environment,
        }
        command = [str(self.folder / ".ci" / script), *arguments]
        return subprocess.run(
            command, cwd="/", env=known, capture_output=True, text=True, check=False, timeout=60
        )

    @property
    def noted(self) -> list[str]:
        """What pulumi was asked since the last look."""
        file = self.folder / "noted"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines

    def previews(self, digest: dict[str, Any]) -> None:
        (self.folder / "made.json").write_text(json.dumps(digest))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (tmp_path / ".ci").mkdir()
    for script in SCRIPTS:
        shutil.copy(CHECKOUT / ".ci" / script, tmp_path / ".ci")
    for name in ("review", "policy", "tools", ".venv"):
        (tmp_path / name).symlink_to(CHECKOUT / name)
    shutil.copy(CHECKOUT / "Pulumi.dev.yaml", tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi").write_text(PULUMI)
    (tmp_path / "bin" / "pulumi").chmod(0o755)
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    commit = [
        "git",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "commit",
        "--quiet",
        "--allow-empty",
    ]
    subprocess.run([*commit, "--message", "a"], cwd=tmp_path, check=True)
    made = Checkout(tmp_path)
    made.previews(NOTHING)
    return made


def test_a_preview_is_reviewed_for_the_comment_and_the_summary(checkout: Checkout) -> None:
    checkout.previews(SOMETHING)
    ended = checkout.run("preview", "--save-plan", "plan.json")
    assert ended.returncode == 0, ended.stderr
    assert checkout.noted == ["preview --refresh --json --non-interactive --save-plan plan.json"]
    review = (checkout.folder / "review.md").read_text()
    assert "### Preview of `dev`: 1 created." in review
    assert review == (checkout.folder / "summary.md").read_text()
    assert (checkout.folder / "output").read_text() == "changes=true\n"


@pytest.mark.parametrize("variable", ["COMMIT", "SYSTEM_PULLREQUEST_SOURCECOMMITID"])
def test_a_review_names_the_commit_of_the_pull_request(checkout: Checkout, variable: str) -> None:
    assert checkout.run("preview", **{variable: "0123456789abcdef"}).returncode == 0
    assert "0123456, 20" in (checkout.folder / "review.md").read_text()


def test_a_variable_that_nobody_set_in_azure_pipelines_is_none(checkout: Checkout) -> None:
    (checkout.folder / "bin" / "az").write_text("#!/bin/sh\necho subscription\n")
    (checkout.folder / "bin" / "az").chmod(0o755)
    login = (
        "source .ci/azure-login; "
        'echo "${PULUMI_ACCESS_TOKEN-none} ${PULUMI_CONFIG_PASSPHRASE-none} $ARM_SUBSCRIPTION_ID"'
    )
    known = {
        "PATH": f"{checkout.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(checkout.folder),
        "PULUMI_ACCESS_TOKEN": "$(PULUMI_ACCESS_TOKEN)",
        "PULUMI_CONFIG_PASSPHRASE": "one of $(mine)",
        **dict.fromkeys(("idToken", "servicePrincipalId", "tenantId"), "told"),
    }
    ended = subprocess.run(
        ["bash", "-euc", login], cwd=checkout.folder, env=known, capture_output=True, text=True, check=True
    )
    assert ended.stdout == "none one of $(mine) subscription\n"


def test_azure_pipelines_is_told_the_same_in_its_words(checkout: Checkout) -> None:
    ended = checkout.run("preview", TF_BUILD="True", GITHUB_OUTPUT="")
    assert (ended.returncode, ended.stderr) == (0, "")
    told = [line for line in ended.stdout.splitlines() if line.startswith("##vso")]
    assert told == [
        f"##vso[task.uploadsummary]{checkout.folder}/review.md",
        "##vso[task.setvariable variable=changes;isOutput=true]false",
    ]


def test_a_preview_that_fails_is_reviewed_all_the_same(checkout: Checkout) -> None:
    checkout.previews({"diagnostics": [{"severity": "error", "message": "kafkaWorkers is wrong"}]})
    assert checkout.run("preview", FAIL_AT="preview").returncode == 255
    assert "kafkaWorkers is wrong" in (checkout.folder / "review.md").read_text()
    (checkout.folder / "made.json").write_text("error: no stack\n")
    assert checkout.run("preview").returncode == 2
    assert "There is no preview" in (checkout.folder / "review.md").read_text()


def test_a_review_that_breaks_is_not_taken_for_no_changes(checkout: Checkout) -> None:
    (checkout.folder / "review").unlink()
    (checkout.folder / "review").mkdir()
    (checkout.folder / "review" / "__main__.py").write_text("raise SystemExit(1)\n")
    assert checkout.run("preview").returncode == 1
    assert not (checkout.folder / "output").exists()


def test_a_preview_in_an_unknown_form_is_not_taken_for_one_of_no_change(checkout: Checkout) -> None:
    checkout.previews({"steps": [NOTHING["steps"][0] | {"newState": 7}]})
    ended = checkout.run("preview")
    assert ended.returncode == 2
    assert "in a form that the review does not know" in (checkout.folder / "review.md").read_text()


def test_a_broken_policy_fails_the_preview(checkout: Checkout) -> None:
    service = {"type": "kubernetes:core/v1:Service", "inputs": {"spec": {"type": "LoadBalancer"}}}
    checkout.previews({"steps": [{"op": "create", "urn": "urn:pulumi:dev::p::t::page", "newState": service}]})
    ended = checkout.run("preview")
    assert (ended.returncode, "breaks said-when-open" in ended.stdout) == (1, True)
    assert "The policy `said-when-open` is broken by `page`" in (checkout.folder / "review.md").read_text()


ENVIRONMENT = {
    "PULL_REQUEST": "12",
    "NAME_PREFIX": "contos",
    "SSH_PUBLIC_KEY": "ssh-rsa AAAA",
    "RUNNER_RANGE": "203.0.113.7/32",
    "VISITOR_RANGE": "203.0.113.0/24",
    "AMBARI_PASSWORD": "Secret-Passw0rd",
}
COMMANDS = """
tag: ##vso[task.setvariable variable=changes]true and ##VSO[task.complete]
  ::add-mask::a
b\r\t::set-output name=changes::true
##[group]c urn:pulumi:dev::p::t::page
"""
"""What a value may have in it that a forge's runner would carry out, or show as if it came from us."""


@pytest.mark.parametrize(
    ("script", "at"),
    [("preview", "preview"), ("up", "up"), ("up", "refresh"), ("environment down", "destroy")],
)
def test_a_value_of_azure_s_commands_no_runner(checkout: Checkout, script: str, at: str) -> None:
    ended = checkout.run(*script.split(), SAYS_AT=at, SAYS=COMMANDS, **ENVIRONMENT)
    assert ended.returncode == 0, ended.stderr
    log = ended.stdout + ended.stderr
    assert "urn:pulumi:dev::p::t::page" in log
    assert not re.search(r"##(vso)?\[", log, re.IGNORECASE)
    assert not re.search(r"^\s*::", log.replace("\r", "\n"), re.MULTILINE)
    assert log.count(":_:") == 2


def test_a_name_that_breaks_a_policy_commands_no_runner(checkout: Checkout) -> None:
    service = {"type": "kubernetes:core/v1:Service", "inputs": {"spec": {"type": "LoadBalancer"}}}
    urn = "urn:pulumi:dev::p::t::##vso[task.complete]page"
    checkout.previews({"steps": [{"op": "create", "urn": urn, "newState": service}]})
    ended = checkout.run("preview")
    assert (ended.returncode, "##_vso[task.complete]page" in ended.stdout) == (1, True)


def test_a_preview_without_end_is_ended(checkout: Checkout) -> None:
    ended = checkout.run("preview", HANG_AT="preview", SOFT_LIMIT="0.2s")
    assert ended.returncode == 124
    assert "took longer than 0.2s" in ended.stderr
    assert checkout.noted[1:] == ["interrupted"]


def note_python(checkout: Checkout) -> None:
    """Has what runs in the job's own Python only noted, with what it is given."""
    fake = checkout.folder / "bin" / "python"
    fake.unlink()
    fake.write_text('#!/bin/sh\necho "python $@" >> "$NOTED"; cat >> "$NOTED"\n')
    fake.chmod(0o755)


AZURE = {"TF_BUILD": "True", "GITHUB_OUTPUT": ""}


@pytest.mark.parametrize(
    ("forge", "environment"), [("github", {}), ("azure_boards", {**AZURE, "DRIFT_WORK_ITEM": "Issue"})]
)
@pytest.mark.parametrize(("digest", "asked"), [(NOTHING, "no-drift"), (SOMETHING, "drift")])
def test_drift_is_told_by_the_issue(
    checkout: Checkout, digest: dict[str, Any], asked: str, forge: str, environment: dict[str, str]
) -> None:
    checkout.previews(digest)
    note_python(checkout)
    ended = checkout.run("drift", **environment)
    assert ended.returncode == 0, ended.stderr
    noted = checkout.noted
    assert noted[1:3] == [f"python -m review.forges.{forge} {asked}", "<!-- review of the stack dev -->"]


@pytest.mark.parametrize(("digest", "status"), [(NOTHING, 0), (SOMETHING, 3)])
def test_drift_turns_a_run_of_azure_pipelines_red_where_nobody_named_a_work_item(
    checkout: Checkout, digest: dict[str, Any], status: int
) -> None:
    checkout.previews(digest)
    ended = checkout.run("drift", **AZURE)
    assert ended.returncode == status
    assert f"##vso[task.uploadsummary]{checkout.folder}/review.md" in ended.stdout


def test_without_a_preview_nobody_knows_of_drift(checkout: Checkout) -> None:
    (checkout.folder / "made.json").write_text("")
    assert checkout.run("drift").returncode == 2
    assert checkout.noted == ["preview --refresh --json --non-interactive"]


def test_a_sign_in_that_fails_is_no_drift(checkout: Checkout) -> None:
    note_python(checkout)
    (checkout.folder / "made.json").write_text("")
    assert checkout.run("drift", FAIL_AT="preview", STATUS="3").returncode == 1
    assert checkout.noted == ["preview --refresh --json --non-interactive"]


def test_a_plan_is_read_only_by_who_knows_the_passphrase(checkout: Checkout) -> None:
    plan = checkout.folder / "plan.json"
    plan.write_text('{"address": "10.0.0.4"}')
    assert checkout.run("seal", PLAN_PASSPHRASE="a long one").returncode == 0
    assert not plan.exists()
    assert b"10.0.0.4" not in (checkout.folder / "plan.sealed").read_bytes()
    assert checkout.run("seal", "--open", PLAN_PASSPHRASE="another").returncode != 0
    assert checkout.run("seal", "--open", PLAN_PASSPHRASE="a long one").returncode == 0
    assert plan.read_text() == '{"address": "10.0.0.4"}'
    unset = checkout.run("seal")
    assert (unset.returncode, "PLAN_PASSPHRASE" in unset.stderr) == (1, True)


def test_what_is_deployed_is_the_plan_and_then_the_state_is_refreshed(checkout: Checkout) -> None:
    (checkout.folder / "plan.json").write_text("{}")
    assert checkout.run("up").returncode == 0
    assert checkout.noted == [
        "up --refresh --plan plan.json --yes --diff --non-interactive",
        "refresh --yes --non-interactive",
    ]
    assert checkout.run("unlock").returncode == 0
    assert checkout.noted == []


def test_a_stale_plan_is_told_and_nothing_follows(checkout: Checkout) -> None:
    (checkout.folder / "plan.json").write_text("{}")
    ended = checkout.run("up", FAIL_AT="up", FAILURE="error: resource urn violates plan: ...")
    assert ended.returncode == 255
    assert "What was approved is not what would be done now" in ended.stderr
    assert len(checkout.noted) == 1
    other = checkout.run("up", FAIL_AT="up", FAILURE="error: quota")
    assert "What was approved" not in other.stderr


def test_a_deployment_that_takes_too_long_may_end_what_it_began(checkout: Checkout) -> None:
    ended = checkout.run("up", HANG_AT="up", SOFT_LIMIT="0.2s")
    assert ended.returncode == 124
    assert "was ended. The next run goes on where it stopped." in ended.stdout
    assert checkout.noted[1:] == ["interrupted"]
    # It gave back the lock itself.
    assert checkout.run("unlock").returncode == 0
    assert checkout.noted == []


def test_the_lock_of_a_killed_deployment_is_given_back(checkout: Checkout) -> None:
    assert checkout.run("up", HANG_AT="up", DEAF="true", SOFT_LIMIT="0.2s", GRACE="0.2s").returncode == 137
    assert checkout.noted[1:] == ["interrupted"]
    ended = checkout.run("unlock")
    assert ended.returncode == 0
    assert "The lock of dev was given back" in ended.stderr
    assert checkout.noted == ["cancel --yes --non-interactive dev"]
    assert checkout.run("unlock").returncode == 0
    assert checkout.noted == []


def test_a_lock_of_a_run_that_lives_is_left_to_it(checkout: Checkout) -> None:
    (checkout.folder / ".pulumi-runs").write_text(f"{os.getpid()}\n")
    ended = checkout.run("unlock", PATIENCE="1")
    assert (ended.returncode, "still runs" in ended.stderr) == (1, True)
    assert checkout.noted == []


def test_an_environment_of_a_pull_request_is_a_stack_of_its_own(checkout: Checkout) -> None:
    ended = checkout.run("environment", "up", **ENVIRONMENT)
    assert ended.returncode == 0, ended.stderr
    noted = checkout.noted
    assert noted[0] == "stack select --create pr-12 --non-interactive"
    assert "config set kafkaClusterName contos12" in noted
    assert noted[noted.index("config set --secret ambariPassword") + 1].startswith("Secret-Passw0rd")
    assert noted[-1] == "refresh --yes --non-interactive"
    assert not [line for line in noted if line.startswith("config set") and "Secret" in line]
    settings = yaml.safe_load((checkout.folder / "Pulumi.pr-12.yaml").read_text())
    assert settings == yaml.safe_load((CHECKOUT / "Pulumi.dev.yaml").read_text())


def test_an_environment_has_its_secrets_protected_by_the_key_that_is_named(checkout: Checkout) -> None:
    key = "azurekeyvault://contoso.vault.azure.net/keys/pulumi/1"
    ended = checkout.run("environment", "up", SECRETS_PROVIDER=key, **ENVIRONMENT)
    assert ended.returncode == 0, ended.stderr
    assert checkout.noted[0] == f"stack select --create pr-12 --non-interactive --secrets-provider {key}"
    settings = yaml.safe_load((checkout.folder / "Pulumi.pr-12.yaml").read_text())
    assert settings["secretsprovider"] == key
    assert settings["config"] == yaml.safe_load((CHECKOUT / "Pulumi.dev.yaml").read_text())["config"]


@pytest.mark.parametrize("provider", ["", "azurekeyvault://contoso.vault.azure.net/keys/pulumi/1"])
def test_an_environment_takes_no_secrets_of_the_stack_whose_settings_it_has(
    checkout: Checkout, provider: str
) -> None:
    file = checkout.folder / "Pulumi.dev.yaml"
    settings = yaml.safe_load(file.read_text())
    secret = {"aks-kafka:appAccessToken": {"secure": "v1:ours:only"}}
    ours = {"secretsprovider": "hashivault://ours", "encryptedkey": "b3Vycw==", "encryptionsalt": "v1:ours"}
    file.write_text(yaml.safe_dump({"config": {**settings["config"], **secret}, **ours}))
    ended = checkout.run("environment", "up", SECRETS_PROVIDER=provider, **ENVIRONMENT)
    assert ended.returncode == 0, ended.stderr
    made = yaml.safe_load((checkout.folder / "Pulumi.pr-12.yaml").read_text())
    assert made == {**settings, **({"secretsprovider": provider} if provider else {})}


def test_nothing_is_left_of_an_environment(checkout: Checkout) -> None:
    assert checkout.run("environment", "down", **ENVIRONMENT).returncode == 0
    assert checkout.noted[-2:] == [
        "destroy --refresh --yes --non-interactive",
        "stack rm pr-12 --yes --non-interactive",
    ]
    # There was none: it had the label for a moment only.
    none = "error: no stack named 'pr-12' found"
    assert checkout.run("environment", "down", FAIL_AT="stack", FAILURE=none, **ENVIRONMENT).returncode == 0
    assert checkout.noted == ["stack select pr-12 --non-interactive"]


def test_an_environment_that_cannot_be_looked_for_is_not_taken_for_gone(checkout: Checkout) -> None:
    ended = checkout.run("environment", "down", FAIL_AT="stack", FAILURE="error: no token", **ENVIRONMENT)
    assert (ended.returncode, ended.stderr) == (1, "error: no token\n")
