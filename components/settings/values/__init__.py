"""Types and rules of single values: ranges, names, passwords, keys, namespaces, images, choices."""
