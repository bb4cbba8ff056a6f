"""Finds again in Azure what a stack had made before its state was lost."""
