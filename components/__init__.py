"""Components that bring an application on AKS and Apache Kafka on HDInsight together."""
