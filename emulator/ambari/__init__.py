"""Apache Ambari 2.7.3 as HDInsight 5.1 runs it: what of its REST API configures and restarts Kafka."""
