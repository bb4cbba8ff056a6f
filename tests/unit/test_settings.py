"""The rules of the configuration, and that one message has all mistakes."""

import json

import pulumi
import pytest

from components.settings import Settings
from components.settings.azure import regions
from components.settings.validation.unknown import of_other_programs
from tests.unit.recording import deploy
from tests.unit.stack_settings import GOOD, mistakes, only_mistake, parse
from tools import configuration


def test_settings_that_are_required_suffice() -> None:
    settings = parse()
    assert settings.kafka_workers == 3
    assert settings.app_topic == "messages"
    assert str(settings.dns_service_ip) == "10.30.0.10"


def test_groups_of_entra_id_are_compared_in_lower_case() -> None:
    entra = parse(aksEntra='{"adminGroups": ["ABCDEF00-1111-2222-3333-444444444444"]}').aks_entra
    assert (entra.admin_groups, entra.on) == (("abcdef00-1111-2222-3333-444444444444",), True)
    assert not parse().aks_entra.on


def test_a_page_without_a_load_balancer_needs_no_visitors() -> None:
    assert parse(appExposure="none", appSourceRanges="[]").app_source_ranges == ()
    assert "at least one range" in only_mistake(appExposure="internal", appSourceRanges="[]").rule


@pytest.mark.parametrize(("exposure", "open_"), [("public", True), ("internal", False), ("none", False)])
def test_only_a_public_page_is_open_to_the_world(exposure: str, open_: bool) -> None:
    settings = parse(appExposure=exposure, appSourceRanges='["0.0.0.0/0"]')
    assert settings.app_open_to_the_world is open_


@pytest.mark.parametrize(
    ("limits", "setting", "rule"),
    [
        ('{"maxBrowsers": 0}', "appLimits.maxBrowsers", "between 1 and 10000"),
        ('{"maxBrowsers": true}', "appLimits.maxBrowsers", "whole number"),
        ('{"browsers": 1}', "appLimits.browsers", "is unknown"),
    ],
)
def test_limits_of_the_app_are_checked_one_by_one(limits: str, setting: str, rule: str) -> None:
    mistake = only_mistake(appLimits=limits)
    assert mistake.setting == setting
    assert rule in mistake.rule


def test_limits_that_are_not_set_keep_their_defaults() -> None:
    limits = parse(appLimits='{"maxBrowsers": 7}').app_limits
    assert (limits.max_browsers, limits.history) == (7, 10_000)


def test_values_come_as_pulumi_hands_them_over() -> None:
    settings = parse(
        kafkaWorkers="5",
        protect="false",
        tags='{"cost-centre": 7}',
        topics='[{"name": "orders", "partitions": 12, "config": {"retention.ms": 60000}}]',
        aksPodNetwork="overlay",
    )
    assert (settings.kafka_workers, settings.protect, settings.tags) == (5, False, {"cost-centre": "7"})
    [topic] = settings.topics
    assert topic.model_dump(by_alias=True) == {
        "name": "orders",
        "partitions": 12,
        "replicationFactor": 3,
        "config": {"retention.ms": "60000"},
    }


@pytest.mark.parametrize(
    ("setting", "value", "rule"),
    [
        ("resourceGroup", "ends-in-a-stop.", "1 to 90"),
        ("resourceGroup", "x" * 91, "1 to 90"),
        ("location", "West Europe", "region"),
        ("location", "westeuropa", "only resembles one"),
        ("tags", json.dumps({"x" * 129: ""}), "1 to 128"),
        ("aksNodeSize", "Standard_DS1_v2", "2 or more CPUs"),
        ("aksNodeSize", "large", "VM size"),
        ("kubernetesVersion", "1.29", "1.30 or newer"),
        ("restartSettleSeconds", "-1", "between 0 and 3600"),
        ("restartBatch", "0", "between 1 and 100"),
        ("tags", '{"a<b": "c"}', "without"),
        ("tags", json.dumps({"long": "x" * 257}), "256"),
        ("tags", json.dumps({str(number): "" for number in range(16)}), "at most 15"),
        ("tags", "not json", "list or an object"),
        ("tags", "[]", "object"),
        ("protect", "maybe", "true or false"),
        ("kafkaClusterName", "Contoso", "lower-case"),
        ("kafkaClusterName", "ab", "3 to 45"),
        ("kafkaClusterName", "x" * 46, "3 to 45"),
        ("kafkaClusterName", "kafka-", "both ends"),
        ("kafkaClusterName", "", "must be set"),
        ("kafkaWorkers", "2", "between 3 and"),
        ("kafkaWorkers", "three", "whole number"),
        ("kafkaDisksPerWorker", "0", "between 1 and 16"),
        ("kafkaWorkerSize", "large", "VM size"),
        ("storageAccountName", "contoso-kafka", "3 to 24"),
        ("registryName", "contoso-kafka", "5 to 50"),
        ("registryName", "abcd", "5 to 50"),
        ("ambariUser", "user name", "2 to 20"),
        ("ambariSourceRanges", "[]", "at least one"),
        ("ambariSourceRanges", '["0.0.0.0/0"]', "everybody"),
        ("sshUser", "Admin", "lower-case"),
        ("sshUser", "hdfs", "don't have already"),
        ("sshPublicKey", "ssh-ed25519 AAAAC3", "RSA"),
        ("sshPublicKey", "ssh-rsa AAAA", "2048 bits"),
        ("aksClusterName", "-aks", "both ends"),
        ("kubernetesVersion", "v1.34", "MAJOR.MINOR"),
        ("aksNodeCount", "0", "between 1"),
        ("aksMaxNodeCount", "1", "no less than aksNodeCount, 2"),
        ("aksMaxNodeCount", "-1", "between 0 and 1000"),
        ("aksZones", '["1", "1"]', "each zone once"),
        ("aksZones[0]", '["4"]', "'1', '2' or '3'"),
        ("aksApiSourceRanges", '["10.1.0.0/16"]', "must be public"),
        ("aksApiSourceRanges", json.dumps([f"20.0.{n}.0/24" for n in range(201)]), "at most 200"),
        ("aksNetworkPolicy", "kubenet", "'none', 'azure', 'calico' or 'cilium'"),
        ("aksUpgradeChannel", "weekly", "'none', 'patch', 'stable' or 'rapid'"),
        ("aksNodeOsUpgradeChannel", "Weekly", "'None', 'Unmanaged', 'SecurityPatch' or 'NodeImage'"),
        ("aksMaxPods", "9", "between 10 and 250"),
        ("aksPodNetwork", "kubenet", "'flat' or 'overlay'"),
        ("hdinsightAddressSpace", "10.10.0.0", "must be /29 or larger"),
        ("hdinsightAddressSpace", "8.8.8.0/24", "private"),
        ("hdinsightAddressSpace", "nonsense", "CIDR"),
        ("hdinsightSubnet", "10.11.0.0/24", "within hdinsightAddressSpace"),
        ("hdinsightSubnet", "10.10.0.0/29", "must have 15 addresses"),
        ("aksSubnet", "10.20.0.0/30", "must have 8 addresses"),
        ("aksSubnet", "10.21.0.0/22", "within aksAddressSpace"),
        ("serviceCidr", "10.32.0.0/12", "smaller than /12"),
        ("serviceCidr", "10.30.0.0/29", "no smaller than /28"),
        ("serviceCidr", "10.20.128.0/24", "aksAddressSpace, 10.20.0.0/16"),
        ("serviceCidr", "172.30.0.0/24", "172.30.0.0/16"),
        ("namespace", "Kafka", "lower-case"),
        ("namespace", "kube-system", "of its own"),
        ("namespace", "default", "of its own"),
        ("namespace", '{"existing": "kube-system"}', "of its own"),
        ("namespace", '{"existing": "Team"}', "lower-case"),
        ("namespace", '{"name": "team"}', "`{existing: NAME}`"),
        ("appNetworkPolicy", "on", "'auto', 'always' or 'never'"),
        ("appPort", "65536", "between 1 and 65535"),
        ("appSourceRanges", "[]", "0.0.0.0/0 if it is meant for everybody"),
        ("appSourceRanges[0]", '["203.0.113.7/24"]', "host bits"),
        ("appReplicas", "0", "between 1"),
        ("topics", "[]", "at least one topic"),
        ("topics", '[{"name": "a", "replicationFactor": 4}]', "at most kafkaWorkers, 3, in a"),
        ("topics", '[{"name": "a.b"}, {"name": "a_b"}]', "more than `.` and `_`"),
        ("topic", "other", "one of topics"),
        ("restart", "now", "'rolling' or 'all-at-once'"),
        ("restartUnit", "room", "'broker' or 'rack'"),
    ],
)
def test_rule(setting: str, value: str, rule: str) -> None:
    mistake = only_mistake(**{setting.removesuffix("[0]"): value})
    assert mistake.setting == setting
    assert rule in mistake.rule


@pytest.mark.parametrize(
    ("setting", "value", "rules"),
    [
        ("hdinsightSubnet", "10.11.0.0/29", ["within hdinsightAddressSpace", "must have 15 addresses"]),
        ("aksSubnet", "10.21.0.0/30", ["within aksAddressSpace", "must have 8 addresses"]),
        ("serviceCidr", "8.8.8.8/31", ["private", "no smaller than /28"]),
        ("hdinsightAddressSpace", "192.0.2.0/30", ["private", "/29 or larger"]),
        ("serviceCidr", "172.30.0.0/29", ["no smaller than /28", "which AKS keeps"]),
        ("tags", json.dumps({"a<b": "x" * 257}), ["without", "256"]),
        (
            "topics",
            '[{"name": "a.b", "replicationFactor": 4}, {"name": "a_b"}]',
            ["more than `.` and `_`", "at most kafkaWorkers"],
        ),
    ],
)
def test_a_value_s_every_mistake_is_listed(setting: str, value: str, rules: list[str]) -> None:
    found = [mistake for mistake in mistakes(**{setting: value, "topic": ""}) if mistake.setting == setting]
    assert len(found) == len(rules)
    for mistake, rule in zip(found, rules, strict=True):
        assert rule in mistake.rule


def test_users_differ() -> None:
    assert "ambariUser" in only_mistake(ambariUser="kafkauser", sshUser="kafkauser").rule


@pytest.mark.parametrize(
    ("version", "channel", "right"),
    [
        ("1.34.2", "patch", "none, or kubernetesVersion 1.34"),
        ("1.34", "stable", "none or patch, or no kubernetesVersion"),
        ("1.34", "rapid", "none or patch, or no kubernetesVersion"),
    ],
)
def test_aks_does_not_go_on_from_the_version_asked_for(version: str, channel: str, right: str) -> None:
    assert only_mistake(kubernetesVersion=version, aksUpgradeChannel=channel).right == right
    assert parse(kubernetesVersion=version, aksUpgradeChannel="none").aks_upgrade_channel == "none"
    assert parse(aksUpgradeChannel=channel).aks_upgrade_channel == channel


def test_kubernetes_answers_whom_ambari_answers_unless_said_otherwise() -> None:
    assert parse(ambariSourceRanges='["10.9.0.0/24", "20.1.2.3/32"]').aks_api_ranges == ["20.1.2.3/32"]
    assert parse(aksApiSourceRanges='["20.4.0.0/16"]').aks_api_ranges == ["20.4.0.0/16"]
    assert parse(aksApiSourceRanges='["0.0.0.0/0"]').aks_api_ranges is None
    assert "has no range that is public as a whole" in only_mistake(ambariSourceRanges='["10.9.0.0/24"]').rule


def test_unknown_setting_is_a_mistake_with_the_one_that_was_meant() -> None:
    assert only_mistake(kafkaWokers="4").right == (
        "pulumi config rm kafkaWokers, and kafkaWorkers if that was meant"
    )
    assert only_mistake(zzz="4").right == "pulumi config rm zzz, or a setting listed there"


def test_unknown_part_of_a_setting_is_a_mistake_with_the_one_that_was_meant() -> None:
    assert only_mistake(topics='[{"name": "a", "partitons": 3}]').right == "partitions"
    assert only_mistake(aks='{"exsting": {}}').right == "existing"
    assert only_mistake(aks='{"existing": {"resourceGroup": "a", "name": "b", "x": 1}}').right == (
        "resourceGroup or name or subscription"
    )


def test_choice_that_was_probably_meant_is_right() -> None:
    assert only_mistake(aksNetworkPolicy="calcio").right == "calico"
    assert only_mistake(aksNetworkPolicy="weave-net").right == "cilium"


def test_region_that_this_program_does_not_know_may_be_a_new_one() -> None:
    assert parse(location="westus4").location == "westus4"
    assert parse(location="atlantiscentral").location == "atlantiscentral"
    assert only_mistake(location="West Europ").right == "westeurope"


def test_load_reads_the_stack_and_its_secrets() -> None:
    config = {f"aks-kafka:{name}": value for name, value in GOOD.items()}
    loaded: list[Settings] = []
    deploy(
        lambda: loaded.append(Settings.load(pulumi.Config(), {})),
        config={**config, "azure-native:location": "westeurope"},
        secrets=frozenset({"aks-kafka:ambariPassword"}),
    )
    assert loaded == [parse()]


def test_schema_defaults_and_reference_are_those_of_the_model() -> None:
    for path, text in configuration.files().items():
        assert path.read_text() == text, f"python -m tools.configuration would change {path.name}"


@pytest.mark.parametrize("name", ["access-kafka", "kafka-login", "xbox1", "azure1"])
def test_words_that_azure_keeps_are_free_within_names(name: str) -> None:
    assert parse(kafkaClusterName=name).kafka_cluster_name == name


@pytest.mark.parametrize("name", ["access", "xbox", "login1", "my-microsoft", "windows-kafka"])
def test_words_that_azure_keeps_are_no_names(name: str) -> None:
    assert "word that Azure keeps" in only_mistake(kafkaClusterName=name).rule


@pytest.mark.parametrize("zones", ["[1, 2, 3]", '["1", "2", "3"]', '[1, "2", 3]'])
def test_zones_are_numbers_or_texts(zones: str) -> None:
    assert parse(aksZones=zones).aks_zones == ("1", "2", "3")


def test_truth_values_and_numbers_within_tags_and_topics_are_written_as_texts() -> None:
    topic = '[{"name": "a", "config": {"unclean.leader.election.enable": false, "retention.ms": 60000}}]'
    assert parse(topics=topic).topics[0].config == {
        "unclean.leader.election.enable": "false",
        "retention.ms": "60000",
    }
    assert parse(tags='{"paid": true, "centre": 7}').tags == {"paid": "true", "centre": "7"}


@pytest.mark.parametrize("value", ["yes", "no", "on", "off", "1", "0", "True", "FALSE", ""])
def test_a_truth_value_is_true_or_false(value: str) -> None:
    assert only_mistake(protect=value).rule == "must be true or false"


@pytest.mark.parametrize(
    ("region", "domain"),
    [
        ("westeurope", "dfs.core.windows.net"),
        ("chinanorth3", "dfs.core.chinacloudapi.cn"),
        ("usgovvirginia", "dfs.core.usgovcloudapi.net"),
    ],
)
def test_storage_has_the_domain_of_the_region_s_cloud(region: str, domain: str) -> None:
    assert regions.storage_suffix(region) == domain


def test_settings_under_another_namespace_are_told_from_those_of_other_programs() -> None:
    keys = ["kafka:kafkaWorkers", "akskafka:protect", "aks-kafka:protect", "azure-native:location", "x:y"]
    said = of_other_programs(keys, "aks-kafka", ["kafkaWorkers", "protect"])
    assert [text.partition(" ")[0] for text in said] == ["akskafka:protect", "kafka:kafkaWorkers"]
    assert "aks-kafka:kafkaWorkers was meant" in said[1]
