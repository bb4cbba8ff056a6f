"""HDInsight's Kafka clusters: real ZooKeeper and Kafka on nodes, configured as Ambari's agents do it."""
