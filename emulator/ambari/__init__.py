"""Apache Ambari 2.7.3 as HDInsight 5.1 runs it: the part of its REST API that configures and restarts Kafka."""
