"""The SDK's declarations of each type, and how azure-native checks and compares values by them."""
