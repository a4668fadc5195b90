"""The kata tool: runs, diagnoses, watches and proves the katas of this repository."""
