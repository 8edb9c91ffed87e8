"""The policy linter: findings in any English privacy text about face data, by rules that are rows of `data/policy_*.csv`."""

from compliance.profiles.rules.policy.linter import Finding, lint

__all__ = ["Finding", "lint"]
