"""Names the packages of `components/` as other programs import them: `aks_kafka`, and each below it."""

from setuptools import find_packages, setup

setup(packages=["aks_kafka", *(f"aks_kafka.{package}" for package in find_packages("components"))])
