"""Microsoft.HDInsight: Kafka clusters, and the operations on them that are no PUT."""
