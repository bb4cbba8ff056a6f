"""Microsoft.HDInsight: Kafka clusters, and the operations on them other than PUT."""
