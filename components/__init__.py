"""Components that bring an application on AKS and Apache Kafka on HDInsight together.

Modules that declare resources import `annotations` from `__future__`, so that the classes of azure-native and
kubernetes are loaded where they are first used: loading them takes longer than the rest of a preview.
"""
