"""The rules: what is checked, how each is worded, which condition decides."""

from expectations.rules.catalogue import RULES
from expectations.rules.structure import Check, Rule, Severity

__all__ = ["RULES", "Check", "Rule", "Severity"]
