"""Apache Ambari 2.7.3, as in HDInsight 5.1: the part of its REST API that configures and restarts Kafka."""
