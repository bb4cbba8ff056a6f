"""azure-pipelines.yml runs what the workflows run, with as little at hand."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
TEXT = (CHECKOUT / "azure-pipelines.yml").read_text()
PIPELINE: dict[str, Any] = yaml.safe_load(TEXT)
TEST, PREVIEW, DEPLOY = PIPELINE["stages"]


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    return job["steps"] if "steps" in job else job["strategy"]["runOnce"]["deploy"]["steps"]


def chosen(inputs: dict[str, Any], reason: str) -> dict[str, Any]:
    """What a template's expressions leave of a mapping, in a run for this reason."""
    asked = {"eq": reason == "Schedule", "ne": reason != "Schedule"}
    left: dict[str, Any] = {}
    for name, value in inputs.items():
        if named := re.fullmatch(r"\$\{\{ if (eq|ne)\(variables\['Build.Reason'\], 'Schedule'\) \}\}", name):
            left |= value if asked[named[1]] else {}
        else:
            left[name] = value
    return left


def scripts(stage: dict[str, Any], reason: str = "IndividualCI") -> Iterator[str]:
    """The scripts of .ci that a stage runs, with their arguments, in order."""
    for step in steps(stage["jobs"][0]):
        if reason == "Schedule" and "'Schedule')" in step.get("condition", ""):
            continue
        text = step.get("bash") or chosen(step.get("inputs", {}), reason).get("inlineScript") or ""
        yield from re.findall(r"(?<!source )(\.ci/[^\n]+)", text)


def test_the_scripts_are_those_of_the_workflows() -> None:
    assert list(scripts(PREVIEW)) == [".ci/install", ".ci/preview --save-plan plan.json", ".ci/seal"]
    assert list(scripts(PREVIEW, "Schedule")) == [".ci/install", ".ci/drift"]
    assert list(scripts(DEPLOY)) == [".ci/install", ".ci/seal --open", ".ci/up", ".ci/unlock"]


def test_pull_requests_pushes_to_main_and_every_morning_are_previewed() -> None:
    assert PIPELINE["trigger"]["branches"] == {"include": ["main"]}
    assert PIPELINE["pr"] == {"branches": {"include": ["main"]}}
    [schedule] = PIPELINE["schedules"]
    assert schedule["always"] is True
    condition = next(step for step in steps(PREVIEW["jobs"][0]) if step.get("displayName") == "comment")[
        "condition"
    ]
    assert condition == (
        "and(not(canceled()), eq(variables['Build.Reason'], 'PullRequest'), "
        "eq(variables['Build.Repository.Provider'], 'TfsGit'))"
    )


def test_only_main_is_deployed_after_an_approval_one_run_at_a_time() -> None:
    assert "eq(variables['Build.SourceBranch'], 'refs/heads/main')" in DEPLOY["condition"]
    assert "notIn(variables['Build.Reason'], 'Schedule', 'PullRequest')" in DEPLOY["condition"]
    assert "eq(dependencies.preview.outputs['preview.review.changes'], 'true')" in DEPLOY["condition"]
    [review] = [step for step in steps(PREVIEW["jobs"][0]) if step.get("name") == "review"]
    assert ".ci/preview" in chosen(review["inputs"], "IndividualCI")["inlineScript"]
    # Only the morning's run writes a work item.
    assert "SYSTEM_ACCESSTOKEN" not in chosen(review["env"], "IndividualCI")
    assert "SYSTEM_ACCESSTOKEN" in chosen(review["env"], "Schedule")
    assert DEPLOY["lockBehavior"] == "sequential"
    assert DEPLOY["jobs"][0]["environment"] == "production"
    assert steps(DEPLOY["jobs"][0])[-1]["condition"] == "always()"


def test_only_what_has_passed_the_tests_is_deployed() -> None:
    assert list(scripts(TEST)) == [".ci/run"]
    assert DEPLOY["dependsOn"] == ["test", "preview"]
    for stage in (TEST, DEPLOY):
        assert stage["condition"].startswith("and(succeeded(), ")
    assert "AzureCLI" not in str(TEST)


def test_a_push_waits_for_the_run_before_it_from_its_preview_on() -> None:
    assert PIPELINE["trigger"]["batch"] is True


def test_what_an_earlier_run_has_left_on_an_agent_is_not_used() -> None:
    for stage in PIPELINE["stages"]:
        [checkout] = [step for step in steps(stage["jobs"][0]) if "checkout" in step]
        assert checkout["clean"] is True


def test_secrets_are_given_to_the_steps_that_run_pulumi_alone() -> None:
    for stage in PIPELINE["stages"]:
        for step in steps(stage["jobs"][0]):
            runs_pulumi = step.get("task") == "AzureCLI@2"
            for name in ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN"):
                assert (name in step.get("env", {})) == runs_pulumi


def test_the_plan_is_only_handed_on_sealed() -> None:
    published = [step for step in steps(PREVIEW["jobs"][0]) if "publish" in step]
    assert [step["publish"] for step in published] == ["plan.sealed"]


def test_nothing_is_stored_to_sign_in_and_the_checkout_keeps_no_token() -> None:
    assert not re.search(r"(?i)client.?secret|servicePrincipalKey", TEXT)
    for stage in PIPELINE["stages"]:
        [checkout] = [step for step in steps(stage["jobs"][0]) if "checkout" in step]
        assert checkout["persistCredentials"] is False
        for step in steps(stage["jobs"][0]):
            if step.get("task") == "AzureCLI@2":
                for reason in ("IndividualCI", "Schedule"):
                    script = chosen(step["inputs"], reason)["inlineScript"]
                    assert script.startswith("source .ci/azure-login\n")


def test_pulumi_is_the_version_that_the_program_is_tested_with() -> None:
    [version] = [one["value"] for one in PIPELINE["variables"] if one.get("name") == "PULUMI_VERSION"]
    assert f"pulumi=={version}\n" in (CHECKOUT / "requirements.txt").read_text()
    assert f"{version.rpartition('.')[0]} or later" in (CHECKOUT / "docs" / "azure.md").read_text()
