"""The types of resources that several parts of a review look for."""

KAFKA = "azure-native:hdinsight:Cluster"
AKS = "azure-native:containerservice:ManagedCluster"
