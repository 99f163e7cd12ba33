"""What holding comes to, told the plain way: a list of what a school sent, and what a clerk said of it."""

from __future__ import annotations

from dataclasses import dataclass, field

PERCENT = 30
Content = tuple[str, int, int]  # reporting date (sorts as a date), pupils involved, a mark that tells books apart


@dataclass
class Sent:
    """One delivery of a school; the numbers are those of the journal, None while it has not happened."""

    content: Content
    seq: int
    repeats: Sent | None = None
    held: int | None = None
    confirmed: int | None = None
    withdrawn: int | None = None

    def stands(self, seq: int) -> bool:
        """Whether it may count, as known at a journal number."""

        def by(number: int | None) -> bool:
            return number is not None and number <= seq

        return self.repeats is None and self.seq <= seq and not by(self.withdrawn) and (
            not by(self.held) or by(self.confirmed)
        )  # fmt: skip


@dataclass
class School:
    """All that one school sent, in order."""

    sent: list[Sent] = field(default_factory=list)

    def in_force(self, day: str, seq: int) -> Sent | None:
        return next((one for one in reversed(self.sent) if one.content[0] == day and one.stands(seq)), None)

    def waits(self, one: Sent) -> bool:
        """Held, not confirmed, and the school's last word on that date."""
        if one.repeats or one.held is None or one.confirmed or one.withdrawn:
            return False
        later = [two.repeats or two for two in self.sent if two.seq > one.seq]
        return not any(two is not one and two.content[0] == one.content[0] and not two.withdrawn for two in later)

    def void(self, one: Sent) -> bool:
        return bool(one.withdrawn) or (one.held is not None and not one.confirmed and not self.waits(one))

    def deliver(self, content: Content, seq: int) -> Sent:
        """Take a delivery; one to be held is returned without the number of its holding."""
        same = [one for one in self.sent if one.content == content and not one.repeats and not self.void(one)]
        one = Sent(content, seq, same[-1] if same else None)
        self.sent.append(one)
        return one

    def drops(self, one: Sent) -> bool:
        """Whether it loses too many pupils against the last date in force before it came."""
        before = [self.in_force(day, one.seq - 1) for day in sorted({s.content[0] for s in self.sent}, reverse=True)]
        last = next((two for two in before if two and two.content[0] <= one.content[0]), None)
        return (
            not one.repeats
            and last is not None
            and (last.content[1] - one.content[1]) * 100 > PERCENT * last.content[1]
        )
