"""The emulated Azure behind the provider `azure-native`: a package a service, and one for what they share."""
