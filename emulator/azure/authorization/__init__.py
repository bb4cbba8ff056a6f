"""Microsoft.Authorization and Microsoft.ManagedIdentity: roles, their assignments, and who can hold one."""
