"""Azure behind the provider `azure-native`: a package for each of its services, and for what they share."""
