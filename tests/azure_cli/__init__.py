"""The program's commands on Azure's real command line, which `make test-az` installs."""
