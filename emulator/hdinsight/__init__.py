"""HDInsight's Kafka clusters: real ZooKeeper and Kafka on nodes, configured as by Ambari's agents."""
