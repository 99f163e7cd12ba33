"""What the evidence of breakdowns calls its counts: `pairs` of the whole, `pairs.10_14` of a member."""

PAIRS, PARTICIPANTS, STUDENTS, OF_ENROLLED = "pairs", "participants", "students", "students_of_enrolled"
ENROLLED = "enrolled"


def part(measure: str, member: str = "") -> str:
    """Name a count of a member of a breakdown, of the whole where there is none."""
    return f"{measure}.{member}" if member else measure
