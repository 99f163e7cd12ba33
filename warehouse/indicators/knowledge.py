"""What is taken as known when figures are computed, as journal numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Knowledge:
    """Up to which journal number each kind of fact is known.

    Figures of a vintage know everything up to one number: `Knowledge.at(seq)`. The numbers differ only on the way
    from one vintage to another, where each kind of fact is exchanged in its turn.
    """

    submissions: int  # what an institution told of a date for the first time
    corrections: int  # what replaced or withdrew it
    enrolment: int  # enrolment and staff, of first submissions and corrections alike
    decisions: int  # of the clerk, who is one person
    register: int  # institutions, plans, milestones, targets
    rules: int | None = None  # what was judged anew, where it is known before the rest

    @classmethod
    def at(cls, seq: int) -> Knowledge:
        """Everything known at a journal number."""
        return cls(seq, seq, seq, seq, seq)
