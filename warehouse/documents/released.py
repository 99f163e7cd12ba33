"""What a release said, gathered again for a document about it."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.proof import Unproved
from warehouse.release.contents import Contents
from warehouse.release.extract import hash_figures
from warehouse.release.gather import gather
from warehouse.tables.tables import table


def released_contents(home: Home, release: str) -> Contents:
    """Gather the contents of a release; raise Misconfigured for an unknown one, Unproved where its figures differ.

    One engine counts, and its figures are held against the hash of those released.
    """
    releases = table("releases")
    with home.reading() as connection:
        row = connection.execute(sa.select(releases).where(releases.c.release == release)).first()
        if row is None:
            known = connection.execute(sa.select(releases.c.release).order_by(releases.c.release)).scalars().all()
            told = f"Есть: {', '.join(known)}." if known else "Выпусков ещё нет."
            raise Misconfigured(f"Выпуска {release} нет. {told}")
        contents = gather(
            connection, release, row.as_of, row.seq, row.known_at, home.settings.timezone, row.definition
        )  # fmt: skip
    if hash_figures(contents.figures) != row.figures_sha256:
        raise Unproved(f"Показатели выпуска {release} сосчитаны иначе, чем выпущены: документ по ним не сделать.")
    return contents
