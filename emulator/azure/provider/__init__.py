"""The provider `azure-native`, as the engine calls it, and the catalogue of the types that it serves."""
