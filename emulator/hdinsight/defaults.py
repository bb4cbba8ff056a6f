"""The configuration of a new cluster: properties by Ambari's configuration types.

Names, ports, listeners and `auto.create.topics.enable` are HDInsight's, and other values those of Ambari's
Kafka stack, except for a replication factor of 3, and values that are reduced so that three brokers fit on a
laptop.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

KAFKA_PORT = 9092
ZOOKEEPER_PORT = 2181
LOG_FOLDER = "/var/log"
RUN_FOLDER = "/var/run"

_TEMPLATES = Path(__file__).with_name("templates")

_KAFKA_BROKER = {
    # https://learn.microsoft.com/azure/hdinsight/kafka/apache-kafka-auto-create-topics
    "auto.create.topics.enable": "false",
    "auto.leader.rebalance.enable": "true",
    "compression.type": "producer",
    "controlled.shutdown.enable": "true",
    "controlled.shutdown.max.retries": "3",
    "controlled.shutdown.retry.backoff.ms": "5000",
    "controller.socket.timeout.ms": "30000",
    "default.replication.factor": "3",
    "delete.topic.enable": "true",
    "leader.imbalance.check.interval.seconds": "300",
    "leader.imbalance.per.broker.percentage": "10",
    # The agent replaces localhost by the host's own name, which is then advertised to clients.
    "listeners": f"PLAINTEXT://localhost:{KAFKA_PORT}",
    "log.index.interval.bytes": "4096",
    "log.index.size.max.bytes": "10485760",
    "log.retention.bytes": "-1",
    "log.retention.check.interval.ms": "600000",
    "log.retention.hours": "168",
    "log.roll.hours": "168",
    "log.segment.bytes": "1073741824",
    "message.max.bytes": "1000000",
    "min.insync.replicas": "1",
    "num.io.threads": "8",
    "num.network.threads": "3",
    "num.partitions": "1",
    "num.recovery.threads.per.data.dir": "1",
    "num.replica.fetchers": "1",
    "offsets.retention.minutes": "86400000",
    "offsets.topic.replication.factor": "3",
    "replica.fetch.max.bytes": "1048576",
    "replica.lag.time.max.ms": "10000",
    "replica.socket.timeout.ms": "30000",
    "security.inter.broker.protocol": "PLAINTEXT",
    "socket.receive.buffer.bytes": "102400",
    "socket.request.max.bytes": "104857600",
    "socket.send.buffer.bytes": "102400",
    "zookeeper.connection.timeout.ms": "25000",
}

_REDUCED = {
    "log.cleaner.dedupe.buffer.size": "4194304",  # the default takes 128 MB of each heap
    "offsets.topic.num.partitions": "6",
    "transaction.state.log.num.partitions": "6",
    "zookeeper.session.timeout.ms": "6000",  # after a crash, a broker can't register again before it is over
}

_KAFKA_ENV = {
    "is_supported_kafka_ranger": "true",
    "kafka_log_dir": f"{LOG_FOLDER}/kafka",
    "kafka_pid_dir": f"{RUN_FOLDER}/kafka",
    "kafka_user": "kafka",
    "kafka_user_nofile_limit": "128000",
    "kafka_user_nproc_limit": "65536",
}

_KAFKA_LOG4J = {"kafka_log_maxbackupindex": "4", "kafka_log_maxfilesize": "32"}

_ZOOKEEPER_ENV = {
    "zk_log_dir": f"{LOG_FOLDER}/zookeeper",
    "zk_pid_dir": f"{RUN_FOLDER}/zookeeper",
    "zk_server_heapsize": "256m",
    "zk_user": "zookeeper",
}

_ZOO_CFG = {
    "4lw.commands.whitelist": "dump,ruok,stat",
    "admin.enableServer": "false",
    "autopurge.purgeInterval": "24",
    "autopurge.snapRetainCount": "30",
    "clientPort": str(ZOOKEEPER_PORT),
    "initLimit": "10",
    "syncLimit": "5",
    "tickTime": "2000",
}

_ZOOKEEPER_LOG4J = {"zookeeper_log_max_backup_size": "10", "zookeeper_log_number_of_backup_files": "4"}


def default_configs(
    zookeepers: Sequence[str], log_dirs: Sequence[str], data_dir: str, kafka_broker: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Returns the configuration of a new cluster: properties by configuration type.

    zookeepers: host names of the ZooKeeper servers. log_dirs: the brokers' data folders, one for each disk.
    data_dir: ZooKeeper's data folder. kafka_broker: properties in the request for the cluster, which take
    precedence.
    """
    broker = {
        **_KAFKA_BROKER,
        **_REDUCED,
        "log.dirs": ",".join(log_dirs),
        "zookeeper.connect": ",".join(f"{host}:{ZOOKEEPER_PORT}" for host in zookeepers),
        **kafka_broker,
    }
    return {
        "kafka-broker": broker,
        "kafka-env": {"content": _template("kafka-env.sh"), **_KAFKA_ENV},
        "kafka-log4j": {"content": _template("kafka-log4j.properties"), **_KAFKA_LOG4J},
        "zookeeper-env": {"content": _template("zookeeper-env.sh"), **_ZOOKEEPER_ENV},
        "zookeeper-log4j": {"content": _template("zookeeper-log4j.properties"), **_ZOOKEEPER_LOG4J},
        "zoo.cfg": {**_ZOO_CFG, "dataDir": data_dir},
    }


def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text()
