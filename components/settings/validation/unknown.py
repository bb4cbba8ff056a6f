"""Settings that do not exist: misspelt, fixed by this program, or set for another one."""

from collections.abc import Iterable

from .mistakes import REFERENCE, Mistake, nearest

FIXED_BY_PROGRAM = {
    "kafkaVersion": "Kafka 3.2, of HDInsight 5.1",
    "hdinsightVersion": "5.1, which has Kafka 3.2",
    "clusterVersion": "5.1, which has Kafka 3.2",
    "kafkaHeads": "HDInsight has 2 head nodes",
    "kafkaHeadNodes": "HDInsight has 2 head nodes",
    "kafkaZookeepers": "HDInsight has 3 ZooKeeper nodes",
    "kafkaZookeeperNodes": "HDInsight has 3 ZooKeeper nodes",
    "kafkaTier": "Standard; Premium brings Kerberos, whose tickets are for names and not for addresses",
    "kafkaDiskSize": "1 TB, which is what HDInsight has",
    "kafkaPort": "that of each listener of the brokers, 9092 as HDInsight makes them",
    "registrySku": "Basic",
    "dnsServiceIp": "the tenth address of serviceCidr",
}
"""What one might want to set, and what it always is."""


def unknown(setting: str, known: Iterable[str]) -> Mistake:
    """The mistake of a setting that does not exist; `known` are the names of those that do."""
    remove = f"pulumi config rm {setting}"
    fixed = {name.lower(): what for name, what in FIXED_BY_PROGRAM.items()}.get(setting.lower())
    if fixed:
        return Mistake(setting, None, f"is fixed by this program: {fixed}", REFERENCE, remove)
    meant = nearest(setting, known)
    right = f"{remove}, and {meant} if that was meant" if meant else f"{remove}, or a setting listed there"
    return Mistake(setting, None, "is no setting of this program", REFERENCE, right)


def of_other_programs(keys: Iterable[str], project: str, known: Iterable[str]) -> list[str]:
    """Warnings of keys that have a setting's name, but another namespace than the project's."""
    names = set(known)
    return [
        f"{key} is ignored: settings of this program are those of {project}. {project}:{name} was meant, if "
        f"anything: pulumi config set {name} VALUE"
        for key in sorted(keys)
        for namespace, _, name in [key.partition(":")]
        if namespace != project and name in names
    ]
