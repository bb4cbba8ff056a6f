"""Settings of the Kafka cluster, and of who may use its gateway and nodes."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr

from ..azure.hdinsight_sizes import Role, for_role
from ..validation.about import Change, Group, setting
from ..validation.checked import Checked, between
from ..validation.mistakes import HDINSIGHT_DOC
from ..validation.sameness import but_for_the_comment, in_any_case
from ..values import names, passwords, ssh_keys
from ..values.types import CallerRange, TrueOrFalse

ROLES_TAKE_EFFECT = "https://learn.microsoft.com/azure/role-based-access-control/troubleshooting"


class KafkaSettings(Checked):
    """A new HDInsight cluster, and access to it or to an existing one."""

    kafka_cluster_name: Annotated[str, AfterValidator(names.kafka_cluster)] = setting(
        "",
        description="Name of the HDInsight cluster: unique in Azure, its first six letters in its network.",
        examples=["contoso-kafka"],
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    kafka_workers: Annotated[int, between(3, 1000, f"{HDINSIGHT_DOC}/kafka/apache-kafka-get-started")] = (
        setting(
            3,
            description="Worker nodes of the HDInsight cluster; each runs one Kafka broker.",
            group=Group.KAFKA,
            changed=Change.GROWS,
            describes=("kafka",),
        )
    )
    kafka_worker_size: Annotated[str, AfterValidator(for_role(Role.WORKER))] = setting(
        "Standard_E4_V3",
        description="VM size of the worker nodes.",
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        same=in_any_case,
        describes=("kafka",),
    )
    kafka_disks_per_worker: Annotated[
        int, between(1, 16, f"{HDINSIGHT_DOC}/kafka/apache-kafka-scalability")
    ] = setting(
        2,
        description="Managed disks of each worker node, 1 TB each, no more than HDInsight gives its VM size.",
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    kafka_head_size: Annotated[str, AfterValidator(for_role(Role.HEAD))] = setting(
        "Standard_E4_V3",
        description="VM size of the two head nodes.",
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        same=in_any_case,
        describes=("kafka",),
    )
    kafka_zookeeper_size: Annotated[str, AfterValidator(for_role(Role.ZOOKEEPER))] = setting(
        "Standard_A4_V2",
        description="VM size of the three ZooKeeper nodes.",
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        same=in_any_case,
        describes=("kafka",),
    )
    kafka_encryption_in_transit: TrueOrFalse = setting(
        False,
        description="Whether the nodes of the HDInsight cluster encrypt (IPSec) what they send each other.",
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    storage_account_name: Annotated[str, AfterValidator(names.storage_account)] = setting(
        "",
        description="Name of the storage account that HDInsight needs. Unique in all of Azure.",
        examples=["contosokafka"],
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    storage_role_seconds: Annotated[int, between(0, 3600, ROLES_TAKE_EFFECT)] = setting(
        600,
        description="Seconds for which the Kafka cluster's identity has its role on the storage before the "
        "cluster is created. It takes Azure up to 10 minutes to put a role into effect.",
        group=Group.KAFKA,
        changed=Change.LATER,
    )
    ambari_user: str = setting(
        "admin",
        description="User of HDInsight's gateway, and administrator of Ambari.",
        group=Group.AMBARI,
        changed=Change.NEW_KAFKA,
    )
    ssh_user: Annotated[str, AfterValidator(names.ssh_user)] = setting(
        "sshuser",
        description="User for SSH on HDInsight's nodes.",
        group=Group.AMBARI,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    ambari_password: SecretStr = setting(
        SecretStr(""),
        description="Password of ambariUser, stored as a secret.",
        examples=["--secret"],
        group=Group.AMBARI,
        changed=Change.IN_PLACE,
        set_secret=passwords.SET_PASSWORD,
    )
    ambari_source_ranges: Annotated[tuple[CallerRange, ...], BeforeValidator(names.from_json)] = setting(
        (),
        description="Ranges that may use Ambari; the machine that runs Pulumi has to be in one of them. "
        "Not for a network that exists.",
        examples=['--path "ambariSourceRanges[0]" 203.0.113.7/32'],
        group=Group.AMBARI,
        changed=Change.IN_PLACE,
    )
    ssh_public_key: Annotated[str, AfterValidator(ssh_keys.ssh_public_key)] = setting(
        "",
        shown=False,
        description="RSA public key of sshUser, in OpenSSH's format.",
        examples=['"$(cat ~/.ssh/id_rsa.pub)"'],
        group=Group.AMBARI,
        changed=Change.NEW_KAFKA,
        same=but_for_the_comment,
        describes=("kafka",),
    )
