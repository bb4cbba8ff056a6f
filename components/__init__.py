"""Components that bring an application on AKS and Apache Kafka on HDInsight together.

Modules that declare resources leave their annotations unevaluated, so that what azure-native and kubernetes
define is loaded where it is first used: it takes longer than all the rest of a preview.
"""
