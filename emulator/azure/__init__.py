"""A stand-in for Azure's resource manager, behind the provider `azure-native`."""
