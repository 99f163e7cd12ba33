"""A verdict on files that nobody has submitted yet: judged as intake would, nothing kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from expectations.reading.reading import Reading, unreadable
from expectations.rules.wording import Finding, Group, group_findings
from expectations.staging import Staged
from warehouse.ingestion.batch import judged
from warehouse.ingestion.judging import judging_context
from warehouse.ingestion.storing import Kept
from warehouse.installation.home import Home
from warehouse.installation.temporary import temporary
from warehouse.journal.journal import known_by
from warehouse.preview.effect import Effect, effect_of
from warehouse.restatement.adopted import adopted_rules, by_rules
from warehouse.review.explained import explained_among, fingerprints
from warehouse.storage.received import NotAFile, ReceivedFiles

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Checked:
    """The judgement of one file, and what it would change if it were submitted; nothing when it is refused."""

    path: Path
    verdict: str
    findings: tuple[Finding, ...]
    effect: Effect | None = None
    explained: Mapping[int, date] = field(default_factory=dict)  # when, by the number of a finding from 1

    @cached_property
    def groups(self) -> list[Group]:
        return group_findings(self.findings)


def check_files(
    home: Home,
    files: list[Path],
    institution: str | None,
    at: datetime,
    on_progress: Progress = lambda done, of: None,
) -> list[Checked]:
    """Judge files as if they came at `at` into the folder of `institution`, or of the one each file names.

    Needs `opened(…, write=True)`: what each would change is tried in a transaction that is taken back.
    """
    with temporary(home.settings) as folder:
        readings = _read(home, files, folder, on_progress)
    on = at.astimezone(home.settings.timezone).date()
    staged = [_staged(number, reading, institution, on) for number, reading in enumerate(readings)]
    return _judge(home, files, staged, at)


def _read(home: Home, files: list[Path], folder: Path, on_progress: Progress) -> list[Reading]:
    """Read sealed copies named by their hash: a file's own name never reaches a reader."""
    limits = home.settings.limits
    kept = ReceivedFiles(folder, home.ring.storage)
    copies = [_copy(file, kept, limits.file_bytes) for file in files]
    readings: dict[Path, Reading] = {}
    wanted = {copy for copy in copies if isinstance(copy, Path)}
    for path, reading in home.readers.read(sorted(wanted)):
        readings[path] = reading
        on_progress(len(readings), len(wanted))
    return [readings[copy] if isinstance(copy, Path) else copy for copy in copies]


def _copy(file: Path, folder: ReceivedFiles, limit: int) -> Path | Reading:
    try:
        copy = folder.receive(file.resolve(), limit).path
    except NotAFile:
        return unreadable("unreadable-file", "его нельзя открыть")
    return copy or unreadable("too-large", f"больше {limit // 1024 // 1024} МБ")


def _staged(number: int, reading: Reading, institution: str | None, on: date) -> Staged:
    named = reading.sheets["organisation"].column("institution_code").to_pylist()
    folder = institution or (named[0] if named and named[0] else "")
    return Staged(
        str(number),
        folder,
        on,
        reading.sheets,
        reading.problems,
        reading.places,
        reading.counts,
        reading.content_hash,
    )


def _judge(home: Home, files: list[Path], staged: list[Staged], at: datetime) -> list[Checked]:
    found: dict[str, Checked] = {}
    with home.reading() as connection:
        seq = known_by(connection, None)
        contexts = [
            (rules, part, judging_context(connection, [one.folder for one in part], seq))
            for rules, part in by_rules(staged, adopted_rules(connection, seq))
        ]
    for rules, part, context in contexts:
        found |= _checked(home, files, judged(part, context, rules), at)
    return [found[str(number)] for number in range(len(files))]


def _checked(home: Home, files: list[Path], kept: Kept, at: datetime) -> dict[str, Checked]:
    """Tell of the deliveries judged together, by their numbers among the files."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for row in kept.findings.to_pylist():
        found[row["delivery"]].append(Finding(*(row[name] for name in Finding._fields)))
    with home.reading() as connection:
        explained = explained_among(connection, fingerprints(kept.warnings, home.ring.tokens, kept.limits))
    zone = home.settings.timezone
    when = {
        name: {number: one.known_at.astimezone(zone).date() for number, one in of.items()}
        for name, of in explained.items()
    }
    return {
        name: Checked(
            files[int(name)], told["verdict"], tuple(found[name]), effect_of(home, kept, name, at), when.get(name, {})
        )
        for name, told in kept.ledger.items()
    }
