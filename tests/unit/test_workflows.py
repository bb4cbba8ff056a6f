"""The workflows: what they may do, what they run, and that neither can be changed from outside."""

import functools
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
WORKFLOWS = {path.stem: path.read_text() for path in (CHECKOUT / ".github" / "workflows").glob("*.yml")}
JOBS = {
    "test": ["test"],
    "judge": ["judge"],
    "preview": ["preview"],
    "deploy": ["plan", "up"],
    "drift": ["drift"],
    "environment": ["environment"],
}
EVERY_JOB = [(name, job) for name, jobs in JOBS.items() for job in jobs]
IN_AZURE = [(name, job) for name, job in EVERY_JOB if name not in ("test", "judge")]
CHANGING = [("deploy", "up"), ("environment", "environment")]
# The first major version of each that runs on Node 24, by its own release notes: GitHub has ended Node 20.
FIRST_ON_NODE_24 = {
    "actions/checkout": 5,
    "actions/setup-python": 6,
    "actions/upload-artifact": 6,
    "actions/download-artifact": 7,
    "azure/login": 3,
    "pulumi/actions": 7,
}
NO_FORK = "github.event.pull_request.head.repo.full_name == github.repository"


@functools.cache
def workflow(name: str) -> dict[str, Any]:
    # YAML takes the key `on` for a truth value, unless every scalar is read as a string.
    return yaml.load(WORKFLOWS[name], Loader=yaml.BaseLoader)


def job(name: str, job_name: str) -> dict[str, Any]:
    return workflow(name)["jobs"][job_name]


def runs(name: str, job_name: str) -> list[str]:
    return [step["run"] for step in job(name, job_name)["steps"] if "run" in step]


def test_the_workflows_and_their_jobs_are_these() -> None:
    assert {name: list(workflow(name)["jobs"]) for name in WORKFLOWS} == JOBS
    assert "push" in workflow("test")["on"]
    assert "pull_request" in workflow("preview")["on"]


def test_a_real_kubernetes_judges_every_night() -> None:
    [when] = workflow("judge")["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", when["cron"])
    assert "make judge" in runs("judge", "judge")


def test_what_is_deployed_is_on_main_and_has_passed_the_tests() -> None:
    trigger = {"workflows": ["test"], "types": ["completed"], "branches": ["main"]}
    assert workflow("deploy")["on"] == {"workflow_run": trigger}
    assert job("deploy", "plan")["if"] == (
        "github.event.workflow_run.conclusion == 'success' && github.event.workflow_run.event == 'push'"
    )
    assert job("deploy", "up")["needs"] == "plan"
    assert job("deploy", "up")["if"] == "needs.plan.outputs.changes == 'true'"
    assert job("deploy", "plan")["outputs"] == {"changes": "${{ steps.preview.outputs.changes }}"}
    for name in JOBS["deploy"]:
        checkout = job("deploy", name)["steps"][0]
        assert checkout["with"]["ref"] == "${{ github.event.workflow_run.head_sha }}"


@pytest.mark.parametrize(
    ("name", "job_name", "permissions"),
    [
        ("test", "test", {"contents": "read"}),
        ("judge", "judge", {"contents": "read"}),
        ("preview", "preview", {"contents": "read", "id-token": "write", "pull-requests": "write"}),
        ("deploy", "plan", {"contents": "read", "id-token": "write"}),
        ("deploy", "up", {"contents": "read", "id-token": "write"}),
        ("drift", "drift", {"contents": "read", "id-token": "write", "issues": "write"}),
        ("environment", "environment", {"contents": "read", "id-token": "write"}),
    ],
)
def test_permissions_are_the_least(name: str, job_name: str, permissions: dict[str, str]) -> None:
    assert workflow(name)["permissions"] == {}
    assert job(name, job_name)["permissions"] == permissions


@pytest.mark.parametrize(("name", "job_name"), EVERY_JOB)
def test_actions_are_pinned_to_commits(name: str, job_name: str) -> None:
    used = [step["uses"] for step in job(name, job_name)["steps"] if "uses" in step]
    assert used
    for action in used:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_run_on_node_24(name: str) -> None:
    pins = re.findall(r"uses: (\S+)@[0-9a-f]{40} # v(\d+)\.", WORKFLOWS[name])
    assert len(pins) == WORKFLOWS[name].count("uses:")
    for action, major in pins:
        assert int(major) >= FIRST_ON_NODE_24[action]


def test_an_action_is_the_same_commit_in_every_workflow() -> None:
    pins = {pin for text in WORKFLOWS.values() for pin in re.findall(r"uses: (\S+ # \S+)", text)}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_shell_fails_where_the_first_command_of_a_pipe_does(name: str) -> None:
    assert workflow(name)["defaults"] == {"run": {"shell": "bash"}}


@pytest.mark.parametrize(("name", "job_name"), EVERY_JOB)
def test_nothing_is_pasted_into_a_shell(name: str, job_name: str) -> None:
    assert [run for run in runs(name, job_name) if "${{" in run] == []


@pytest.mark.parametrize(("name", "job_name"), EVERY_JOB)
def test_the_checkout_keeps_no_token(name: str, job_name: str) -> None:
    steps = job(name, job_name)["steps"]
    (checkout,) = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkout["with"]["persist-credentials"] == "false"


@pytest.mark.parametrize(("name", "job_name"), IN_AZURE)
def test_a_fork_s_pull_request_is_tested_but_gets_no_identity(name: str, job_name: str) -> None:
    assert "pull_request" in workflow("test")["on"]
    assert "secrets." not in WORKFLOWS["test"]
    if "pull_request" in workflow(name)["on"]:
        assert job(name, job_name)["if"].startswith(NO_FORK)


def test_a_package_that_dependabot_proposes_does_not_run_with_an_identity() -> None:
    assert job("preview", "preview")["if"] == (
        f"{NO_FORK} && github.event.pull_request.user.login != 'dependabot[bot]'"
    )


def test_the_checks_that_main_asks_for_are_reported_only_by_jobs_that_ran() -> None:
    # A job with a matrix reports one check for each value; where it is skipped it reports one without any,
    # which counts as passed.
    checks = [f"test ({version})" for version in job("test", "test")["strategy"]["matrix"]["python"]]
    asked = ", ".join(f"`{check}`" for check in checks)
    document = (CHECKOUT / "docs" / "pull-requests.md").read_text()
    assert f"asks for the checks {asked} and `preview`" in document


@pytest.mark.parametrize(("name", "job_name"), IN_AZURE)
def test_pulumi_is_the_version_that_the_program_is_tested_with(name: str, job_name: str) -> None:
    steps = job(name, job_name)["steps"]
    [pulumi] = [step for step in steps if step.get("uses", "").startswith("pulumi/actions@")]
    assert f"pulumi=={pulumi['with']['pulumi-version']}\n" in (CHECKOUT / "requirements.txt").read_text()


def test_what_changes_a_stack_is_one_at_a_time_and_never_interrupted() -> None:
    assert workflow("deploy")["concurrency"] == {"group": "deploy", "cancel-in-progress": "false"}
    group = "environment-${{ github.event.pull_request.number }}"
    assert workflow("environment")["concurrency"] == {"group": group, "cancel-in-progress": "false"}


@pytest.mark.parametrize(("name", "job_name"), CHANGING)
def test_a_run_that_is_ended_leaves_no_lock(name: str, job_name: str) -> None:
    last = job(name, job_name)["steps"][-1]
    assert (last["if"], last["run"]) == ("always()", ".ci/unlock")
    # Pulumi is asked to stop, and killed if it doesn't, before GitHub kills the job: in both its runs.
    script = (CHECKOUT / ".ci" / "pulumi").read_text()
    minutes = [int(found) for found in re.findall(r"(?:SOFT_LIMIT|GRACE):-(\d+)m", script)]
    assert len(minutes) == 2
    assert 2 * sum(minutes) < int(job(name, job_name)["timeout-minutes"])


@pytest.mark.parametrize(("name", "job_name"), IN_AZURE)
def test_the_runner_can_be_one_with_an_address_that_stays(name: str, job_name: str) -> None:
    assert job(name, job_name)["runs-on"] == "${{ vars.AZURE_RUNNER || 'ubuntu-24.04' }}"


@pytest.mark.parametrize(("name", "job_name"), IN_AZURE)
def test_azure_is_entered_without_a_stored_password(name: str, job_name: str) -> None:
    assert job(name, job_name)["env"]["ARM_USE_OIDC"] == "true"
    assert not re.search(r"(?i)client.secret|creds:", WORKFLOWS[name])


@pytest.mark.parametrize(("name", "job_name"), IN_AZURE)
def test_the_program_has_the_environment_that_it_names(name: str, job_name: str) -> None:
    options = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text())["runtime"]["options"]
    assert runs(name, job_name)[0] == ".ci/install"
    install = (CHECKOUT / ".ci" / "install").read_text()
    assert f"python -m venv {options['virtualenv']}\n" in install
    assert f"{options['virtualenv']}/bin/pip install --requirement requirements.txt\n" in install


def test_what_must_never_be_deployed_stops_it() -> None:
    [_, preview, seal] = runs("deploy", "plan")
    assert (preview, seal) == (".ci/preview --save-plan plan.json", ".ci/seal")
    assert "python -m policy.check" in (CHECKOUT / ".ci" / "preview").read_text()
    for name in JOBS["deploy"]:
        assert job("deploy", name)["env"]["PULUMI_STACK"] == "${{ vars.PULUMI_STACK }}"


def test_what_was_approved_is_what_is_deployed() -> None:
    assert (job("deploy", "plan")["environment"], job("deploy", "up")["environment"]) == (
        "preview",
        "production",
    )
    [upload] = [step for step in job("deploy", "plan")["steps"] if "upload-artifact" in step.get("uses", "")]
    [download] = [
        step for step in job("deploy", "up")["steps"] if "download-artifact" in step.get("uses", "")
    ]
    assert upload["with"]["path"] == "plan.sealed"
    assert upload["with"]["retention-days"] == "1"
    assert download["with"]["name"] == upload["with"]["name"]
    assert runs("deploy", "up")[1:3] == [".ci/seal --open", ".ci/up"]


def test_a_comment_is_made_also_where_the_preview_failed() -> None:
    comment = job("preview", "preview")["steps"][-1]
    assert comment["run"] == 'python -m review.forges.github comment "$PULL_REQUEST" < review.md'
    assert comment["if"] == "${{ !cancelled() && hashFiles('review.md') != '' }}"
    assert runs("preview", "preview")[1] == ".ci/preview"


def test_an_environment_goes_with_its_label_or_its_pull_request() -> None:
    types = workflow("environment")["on"]["pull_request"]["types"]
    assert set(types) == {"labeled", "unlabeled", "synchronize", "reopened", "closed"}
    assert (
        "contains(github.event.pull_request.labels.*.name, 'environment')"
        in job("environment", "environment")["if"]
    )
    wanted = job("environment", "environment")["env"]["WANTED"]
    assert "action != 'closed' && github.event.action != 'unlabeled' && 'up' || 'down'" in wanted
    assert runs("environment", "environment")[1] == '.ci/environment "$WANTED"'


def test_scripts_of_the_pipelines_can_be_run() -> None:
    texts = [*WORKFLOWS.values(), (CHECKOUT / "azure-pipelines.yml").read_text()]
    named = {script for text in texts for script in re.findall(r"(?<!source )(\.ci/[\w-]+)", text)}
    assert {".ci/preview", ".ci/up", ".ci/unlock", ".ci/seal", ".ci/install"} <= named
    assert [script for script in named if not os.access(CHECKOUT / script, os.X_OK)] == []
