"""Every message that says what to do is named here, with the tests that do it and see that it helps.

Advice of settings is not: `test_advice_of_settings.py` follows all of it.
"""

import ast
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.unit.documents import CHECKOUT

ADVISES = re.compile(
    r"\bpulumi (?:up|config|state|refresh|cancel|preview)|\baz (?:aks|network|hdinsight|acr update|resource)"
    r"|\bkubectl |\bIn Ambari\b|\bmust (?:be Connected|let TCP)\b|\b(?:the|The) next run\b"
    r"|\b(?:Run|Set|Use|Check|Wait|Remove|Mend|Make sure|Name the|Look|Compare|Allow|Try|Declare) [\w`]"
    r"|three ways out|Then restart|restart it in Ambari"
)
AMBARI, STOPPED = "tests/simulated/ambari/test_advice.py", "tests/simulated/ambari/test_stopped.py"
CHECKED, PEERING = "tests/e2e/test_check.py", "tests/e2e/test_peering.py"
TROUBLED, SECURED = "tests/e2e/test_brokers_in_trouble.py", "tests/e2e/test_secured_broker.py"
EXISTING, AKS = "tests/simulated/test_existing_advice.py", "tests/unit/test_advice_on_what_exists.py"
WORKLOAD, OWNERSHIP = "tests/e2e/test_workload_in_a_cluster.py", "tests/unit/test_ownership.py"
DEAD_BROKERS = f"{TROUBLED}::test_brokers_that_hang_or_died_are_told_apart_and_starting_them_in_ambari_helps"
PEERING_COMES_BACK = f"{PEERING}::test_a_half_of_the_peering_that_somebody_deleted_comes_back_in_one_up"
ACCESS_RULES = f"{SECURED}::test_rights_that_are_missing_are_named_and_given_as_advised"
SECURED_WAYS = f"{SECURED}::test_topics_check_and_page_go_every_way"

FOLLOWED: Mapping[str, tuple[str, ...]] = {
    # Ambari
    "the next run finishes it": (
        "tests/simulated/ambari/test_two_runs.py::"
        "test_after_a_refused_sign_in_nothing_more_is_asked_and_the_next_run_tidies_up",
    ),
    "The next run does it": (
        f"{AMBARI}::test_a_note_that_could_not_be_taken_away_is_taken_away_by_the_next_run",
    ),
    "the next `pulumi up` saves it again": (
        f"{STOPPED}::test_an_edit_that_undoes_ours_in_the_middle_of_the_roll_stops_it",
    ),
    "unless run with `--run-program`": (
        "tests/e2e/test_kafka_in_place.py::"
        "test_a_cluster_is_made_in_time_changed_in_place_and_replaced_by_another",
    ),
    "`pulumi up` begins with these brokers": (
        "tests/simulated/ambari/test_kafka_decides.py::"
        "test_the_next_run_begins_with_the_broker_that_came_back_wrong",
    ),
    "Check the address": (f"{AMBARI}::test_an_address_that_leads_nowhere_is_checked",),
    "REQUESTS_CA_BUNDLE": (
        "tests/simulated/ambari/test_client.py::test_a_certificate_of_an_unknown_authority_is_not_trusted",
    ),
    "Remove what is left of it by hand": (f"{AMBARI}::test_what_is_left_of_a_torn_block_is_removed_by_hand",),
    "Mend it in Ambari": (f"{AMBARI}::test_listeners_that_contradict_each_other_are_mended",),
    "Try again later": (f"{AMBARI}::test_who_began_at_the_same_moment_as_another_run_tries_again",),
    "Wait until it ends": (
        "tests/e2e/test_ip_advertising_interrupted.py::test_a_run_beside_one_that_lives_stops_and_says_whose_it_is",
    ),
    "then delete the artifact": (f"{AMBARI}::test_a_note_that_nobody_can_read_is_deleted",),
    "Use a cluster of the tier Standard": (
        "tests/unit/test_kafka_clients.py::test_a_cluster_of_the_tier_premium_is_refused_at_preview",
    ),
    "There are three ways out": (
        f"{AMBARI}::test_brokers_that_share_tls_with_clients_take_either_way_out",
        "tests/simulated/ambari/test_listeners_of_a_cluster.py::"
        "test_tls_that_clients_share_with_brokers_is_advertised_by_address_where_all_certificates_have_theirs",
    ),
    "set it with `pulumi config set --secret": (f"{AMBARI}::test_a_password_that_is_missing_is_set",),
    "makes this stack forget its change": (
        "tests/e2e/test_ip_advertising.py::test_a_change_in_a_cluster_that_is_out_of_reach_can_be_forgotten",
    ),
    "Remove the override first": (f"{AMBARI}::test_an_override_is_removed",),
    "the next `pulumi up` goes on with them": (
        f"{STOPPED}::test_a_failed_restart_stops_the_roll_and_says_where",
    ),
    "Look at Kafka's server.log there": (
        "tests/e2e/test_ip_advertising_on_brokers.py::"
        "test_a_broker_that_starts_and_ends_again_stops_the_roll_and_a_kill_of_the_repair_is_repaired_too",
    ),
    # Kubernetes
    "az aks install-cli": (
        "tests/unit/test_kubernetes_login.py::test_a_login_that_asks_somebody_becomes_that_of_the_azure_cli",
    ),
    "makes the stack forget both": (
        f"{WORKLOAD}::test_a_namespace_stays_with_what_is_somebody_else_s_in_it",
        f"{WORKLOAD}::test_a_namespace_with_what_is_somebody_else_s_can_be_forgotten",
    ),
    "makes the stack forget to look": (
        f"{WORKLOAD}::test_a_namespace_with_what_is_somebody_else_s_can_be_forgotten",
    ),
    "if nobody needs it: kubectl delete": (
        f"{OWNERSHIP}::test_an_object_that_nobody_needs_is_deleted_by_the_command_of_the_message",
    ),
    "to deploy into one that somebody else has made": (
        f"{WORKLOAD}::test_a_namespace_of_somebody_else_s_is_refused_by_the_preview",
    ),
    "name one that it has (kubectl get namespaces)": (
        f"{OWNERSHIP}::test_a_namespace_of_somebody_else_s_has_to_be_there",
        f"{OWNERSHIP}::test_what_is_not_there_is_made",
    ),
    "or use a stack of its own for what exists": (
        f"{OWNERSHIP}::test_what_is_in_the_state_is_ours_marked_or_not",
    ),
    "had no address yet: run `pulumi up --refresh`": (
        "tests/unit/test_workload_service.py::"
        "test_an_address_that_comes_later_is_seen_by_the_refresh_that_is_advised",
    ),
    "To open its page at": (
        "tests/unit/test_workload_service.py::test_without_exposure_there_is_no_load_balancer_and_a_preview_says_what_to_type",
    ),
    # What exists, and what a change would cost
    "where all that may be lost, pulumi config set protect false": (
        "tests/unit/test_data_loss.py::test_each_that_replaces_the_cluster_is_named_with_what_would_be_lost",
    ),
    "the next pulumi up records the settings of then": (
        "tests/unit/test_made_with.py::"
        "test_a_cluster_of_which_nothing_is_recorded_stays_and_a_warning_says_so",
    ),
    "with a newer version of its program adds it": (
        "tests/unit/test_outputs.py::test_a_reader_gets_what_the_program_exports",
    ),
    "az aks update": (f"{AKS}::test_an_aks_cluster_is_changed_by_the_command_of_the_message",),
    "az aks start": (f"{AKS}::test_an_aks_cluster_is_changed_by_the_command_of_the_message",),
    "az aks nodepool add": (f"{AKS}::test_an_aks_cluster_is_changed_by_the_command_of_the_message",),
    "as `az resource list": (f"{EXISTING}::test_a_name_that_azure_does_not_have_is_written_as_azure_has_it",),
    "az network vnet peering delete": (f"{EXISTING}::test_a_half_that_was_left_over_is_deleted",),
    "az network vnet peering create": (
        f"{EXISTING}::test_half_a_peering_is_completed_by_whoever_peers_by_hand",
    ),
    "az acr update": (f"{EXISTING}::test_a_registry_is_opened",),
    "Set kafkaProtocol to that of another one": (
        "tests/unit/test_kafka_clients.py::"
        "test_a_preview_says_that_there_is_no_listener_of_the_application_s_protocol",
    ),
    "az hdinsight delete": (
        "tests/simulated/test_advice_after_failures.py::"
        "test_a_cluster_that_failed_is_deleted_before_the_next_try",
    ),
    # The check
    "Both halves of the peering must be Connected": (PEERING_COMES_BACK,),
    "must let TCP in from here": (
        f"{AKS}::test_brokers_that_are_kept_from_aks_get_a_rule_before_the_one_that_is_named",
    ),
    "it makes the brokers advertise addresses": (
        f"{CHECKED}::test_up_fails_with_the_explanation_when_a_broker_advertises_its_name",
    ),
    "Declare it in the setting `topics`": (
        "tests/e2e/test_topics.py::test_topics_appear_and_grow_and_are_never_changed_otherwise",
    ),
    "Set KAFKA_BOOTSTRAP_SERVERS to addresses": (
        f"{CHECKED}::test_each_link_that_is_broken_has_its_status_and_its_explanation",
    ),
    "and restart it in Ambari": (DEAD_BROKERS, SECURED_WAYS),
    "In Ambari: Kafka's brokers must be started": (DEAD_BROKERS,),
    "Then restart Kafka there in": (
        "tests/unit/ambari/test_block_under_bash.py::test_a_pasted_snippet_advertises_loopback_"
        "until_the_host_knows_its_address_and_the_broker_restarts",
    ),
    "look at server.properties there": (
        "tests/simulated/ambari/test_kafka_decides.py::"
        "test_the_next_run_begins_with_the_broker_that_came_back_wrong",
    ),
    "exists already, and is not in the state of stack": (
        "tests/e2e/test_side_by_side.py::"
        "test_two_environments_run_beside_each_other_and_one_outlives_the_other",
        "tests/e2e/test_operations.py::test_a_lost_state_comes_back_from_azure_without_a_restart",
    ),
    "ends the shell at": (
        "tests/simulated/ambari/test_change_by_hand.py::"
        "test_a_kafka_env_whose_ending_line_was_removed_or_wrapped_is_changed",
    ),
    "In Ambari the broker must be started": (DEAD_BROKERS,),
    "In Ambari: start these brokers": (DEAD_BROKERS,),
    "In Ambari: start the brokers that are down": (DEAD_BROKERS,),
    "Set appNetworkPolicy to never": (
        "tests/unit/test_network_policy.py::"
        "test_a_broker_by_name_stops_the_program_until_one_of_the_two_ways_out_is_taken",
    ),
    "Compare KAFKA_USER": (SECURED_WAYS,),
    "Allow it with kafka-acls": (ACCESS_RULES,),
    "Look at the leader's log": (DEAD_BROKERS,),
}
"""A part of each message, and the tests that do what it says."""
NOT_FOLLOWED: Mapping[str, str] = {
    "Look at the log of the partition's leader": "no broker here was made to acknowledge and not to hand out",
    "which this run can't open": "done once by hand, with the results that docs/outputs.md lists",
}
"""A part of each message that no test follows, and why."""
KNOWN = (*FOLLOWED, *NOT_FOLLOWED)


def messages() -> Iterator[tuple[str, str]]:
    """Where a text stands, and the text, with what is filled in left out."""
    files = [*(CHECKOUT / "components").rglob("*.py"), *(CHECKOUT / "app/testapp/check").glob("*.py")]
    for file in sorted({*files, CHECKOUT / "__main__.py"}):
        if "settings" in file.parts:
            continue
        nodes = list(ast.walk(ast.parse(file.read_text())))
        parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        parts |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in parts:
                pieces = node.values if isinstance(node, ast.JoinedStr) else [node]
                texts = [piece.value for piece in pieces if isinstance(piece, ast.Constant)]
                if all(isinstance(text, str) for text in texts):
                    yield f"{file.relative_to(CHECKOUT)}:{node.lineno}", "…".join(map(str, texts))


@functools.cache
def advice() -> Sequence[tuple[str, str]]:
    """Texts with a shell's variables are commands that the program runs itself."""
    return [(place, text) for place, text in messages() if ADVISES.search(text) and '"$' not in text]


def test_every_message_that_advises_is_followed_by_a_test() -> None:
    unknown = [place for place, text in advice() if not any(part in text for part in KNOWN)]
    assert unknown == [], "write a test that does what the message says, and name it in FOLLOWED"


def test_no_message_is_named_that_nobody_says() -> None:
    texts = [text for _, text in advice()]
    assert [part for part in KNOWN if not any(part in text for text in texts)] == []


@pytest.mark.parametrize("test", sorted({test for tests in FOLLOWED.values() for test in tests}))
def test_the_test_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    tree = ast.parse(Path(CHECKOUT / file).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
