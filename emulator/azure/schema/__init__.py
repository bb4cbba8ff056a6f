"""The SDK's declarations of resource types, by which azure-native checks and compares values."""
