"""Microsoft.Authorization and Microsoft.ManagedIdentity: roles, role assignments, and principals."""
