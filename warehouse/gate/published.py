"""What a release would show and hide if it were published."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.gate.points import PASSES, WARNS, Point
from warehouse.installation.settings import Settings
from warehouse.release.contents import Contents
from warehouse.release.wording import day

TITLE = "Открытый пакет"


def if_published(settings: Settings, connection: sa.Connection, contents: Contents, seq: int) -> Point:
    """Try the public package of the contents; a release is made even where it could not be published."""
    from warehouse.disclosure.earlier import Unpublishable
    from warehouse.disclosure.publish import rehearse_publication

    try:
        public = rehearse_publication(settings, connection, contents, seq).public
    except Unpublishable as error:
        return Point(TITLE, WARNS, str(error))
    assert public is not None
    told = f"Строк со скрытыми значениями: {len(public.hidden)} из {contents.figures.num_rows}."
    if public.left_out:
        days = ", ".join(map(day, public.left_out))
        return Point(TITLE, WARNS, f"{told} Останутся такими, как опубликованы: {days}.")
    return Point(TITLE, PASSES, told)
