"""Tests of the program's parts that start processes: shells, builds, an interpreter of their own."""
