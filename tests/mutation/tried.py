"""Which modules are mutated, and which tests try each mutant: the narrowest first, for the first that fails ends it."""

from __future__ import annotations

RULES = "rules/test_rules rules/test_ruleset rules/test_checksums form/test_dictionary rules/test_gate receipts/test_wording"
FORM = "form/test_one_declaration form/test_dictionary reading/test_cells rules/test_rules"
COUNTS = "indicators/test_golden indicators/test_breakdowns indicators/test_random_worlds indicators/test_boundaries"
DEFINITIONS = "indicators/test_definitions"
SERIES = "indicators/test_boundaries indicators/test_golden indicators/test_vintages_by_hand indicators/test_packed"
PERSONS = "indicators/test_decisions indicators/test_identity indicators/test_clerks"

TRIED = {
    "expectations/rules/catalogue.py": RULES,
    "expectations/rules/cells.py": RULES,
    "expectations/rules/resting.py": f"holding/test_explained {RULES}",
    "expectations/rules/rows.py": RULES,
    "expectations/rules/ruleset.py": RULES,
    "expectations/rules/structure.py": RULES,
    "expectations/rules/submission.py": RULES,
    "expectations/rules/wording.py": f"receipts/test_wording {RULES}",
    "expectations/judge.py": f"{RULES} rules/test_batches",
    "expectations/judged.py": f"{RULES} rules/test_batches",
    "expectations/spellings.py": FORM,
    "expectations/structure.py": FORM,
    "expectations/persons.py": f"{PERSONS} rules/test_rules",
    "warehouse/indicators/amounts.py": f"{DEFINITIONS} {COUNTS}",
    "warehouse/indicators/boundaries.py": f"indicators/test_boundaries {SERIES}",
    "warehouse/indicators/breakdown_rows.py": f"indicators/test_breakdowns {DEFINITIONS} {COUNTS}",
    "warehouse/indicators/breakdowns.py": f"indicators/test_breakdowns {SERIES}",
    "warehouse/indicators/breaks.py": "indicators/test_boundaries indicators/test_vintages_by_hand",
    "warehouse/indicators/counts.py": f"{COUNTS} revisions/test_worked_examples",
    "warehouse/indicators/cubes.py": f"{COUNTS} indicators/test_packed",
    "warehouse/indicators/decided.py": f"indicators/test_clerks indicators/test_functions {PERSONS}",
    "warehouse/indicators/definitions.py": f"{DEFINITIONS} indicators/test_golden",
    "warehouse/indicators/definitions_file.py": f"{DEFINITIONS} indicators/test_golden",
    "warehouse/indicators/figures.py": f"{COUNTS} lineage/test_explained",
    "warehouse/indicators/functions.py": "indicators/test_functions",
    "warehouse/indicators/handbook.py": DEFINITIONS,
    "warehouse/indicators/identity.py": f"{PERSONS} {COUNTS}",
    "warehouse/indicators/knowledge.py": f"{SERIES} revisions/test_worked_examples",
    "warehouse/indicators/large.py": "indicators/test_packed",
    "warehouse/indicators/people.py": f"{DEFINITIONS} {COUNTS}",
    "warehouse/indicators/projection.py": "indicators/test_trajectory",
    "warehouse/indicators/scopes.py": f"{COUNTS} revisions/test_worked_examples",
    "warehouse/indicators/series.py": SERIES,
    "warehouse/indicators/trajectory.py": "indicators/test_trajectory warehouse/test_targets",
}  # fmt: skip
# Not tried: incremental/ (its own promise, `make country`), on_spark.py and to_spark.py (only a cluster runs them).


def files_of(module: str) -> list[str]:
    """Return the files of tests that try a mutant of a module, in their order."""
    return list(dict.fromkeys(f"tests/{name}.py" for name in TRIED[module].split()))
