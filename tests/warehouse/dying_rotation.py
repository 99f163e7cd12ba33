"""Changes of keys that die at a named point, as in `dying_intake`."""

from __future__ import annotations

from pathlib import Path

from tests.warehouse.dying_intake import arm

# Where to die: the function, which of its calls, and on which side of it.
POINTS = {
    "nothing done": ("warehouse.access.rotation.write_durably", 1, "before"),
    "the next key made": ("warehouse.access.rotation.write_keyring", 1, "before"),
    "two keys in the ring": ("warehouse.access.rotation.rewrap_received", 1, "before"),
    "some files written beside": ("warehouse.access.rotation._write_beside", 2, "after"),
    "files written beside": ("warehouse.access.rotation.os.sync", 1, "after"),
    "some files replaced": ("warehouse.access.rotation.os.sync", 2, "before"),
    "files done": ("warehouse.access.rotation.rewrap_vault", 1, "before"),
    "half of the vault": ("warehouse.access.rotation.bulk_insert", 1, "before"),
    "vault done": ("warehouse.access.rotation.rewrap_vault", 1, "after"),
    "half of a fresh copy": ("warehouse.storage.compaction.bulk_insert", 5, "after"),
    "a fresh copy beside": ("warehouse.storage.compaction.replace_durably", 1, "before"),
    "one store fresh": ("warehouse.storage.compaction.replace_durably", 1, "after"),
    "stores fresh": ("warehouse.access.rotation.replace_durably", 1, "before"),
    "the new key in its place": ("warehouse.access.rotation.replace_durably", 1, "after"),
    "all but the last": ("warehouse.access.rotation.write_keyring", 2, "before"),
    "all done": ("warehouse.access.rotation.write_keyring", 2, "after"),
}
OF_TOKENS = {
    "new key of tokens, nothing rebuilt": ("warehouse.access.rotation.retoken", 1, "before"),
    "half rebuilt": ("warehouse.ingestion.batch.write_lake", 1, "after"),
    "rebuilt, not committed": ("warehouse.ingestion.rebuild.keep_decided", 1, "after"),
    "rebuilt": ("warehouse.access.rotation.retoken", 1, "after"),
}


def run(home: str, point: str) -> None:
    """Change the keys of a home until a point."""
    from tests.installations import COLLECTED, settings_for
    from warehouse.access.rotation import rotate
    from warehouse.installation.home import opened

    arm(*(POINTS | OF_TOKENS)[point])
    with opened(settings_for(Path(home)), COLLECTED, write=True, changing_keys=True) as opened_home:
        rotate(opened_home, tokens=point in OF_TOKENS)
