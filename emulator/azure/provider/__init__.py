"""The provider `azure-native`, which the engine calls, and the catalogue of the types that it serves."""
