"""The nightly backup, where a folder for it is set."""

from __future__ import annotations

from datetime import datetime

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.artifacts import Row
from flows.failures import without_values
from warehouse.copies.backup import backup as make_backup
from warehouse.installation.settings import Settings, read_settings
from warehouse.watch.runs import watched


@without_values
def add_backup(settings: Settings, at: datetime) -> list[Row]:
    """Add a backup to the folder of the settings; return how much it took."""
    if settings.backup is None:
        return [{"копия": "папка копий не задана (NASTAVNIK_BACKUP)"}]
    with watched("backup", settings) as watch:
        made = make_backup(settings, settings.backup, at)
        watch.count(files=len(made.snapshot.files), new_bytes=made.new_bytes, lost=len(made.lost))
    return [
        {
            "копия": made.snapshot.name,
            "файлов": len(made.snapshot.files),
            "нового, МБ": f"{made.new_bytes / 1e6:.1f}".replace(".", ","),
            "потеряно файлов": len(made.lost),
        }
    ]


@task(name="backup", retries=2, retry_delay_seconds=300, persist_result=False, cache_policy=NO_CACHE)
def backup_task() -> list[Row]:
    """Add one backup; what a failed attempt copied is not copied again."""
    settings = read_settings()
    return add_backup(settings, datetime.now(settings.timezone))


@flow(name="backup", persist_result=False)
def backup() -> None:
    """Дописать резервную копию в папку NASTAVNIK_BACKUP; без неё не делается ничего."""
    create_table_artifact(table=backup_task(), key="backup", description="Резервная копия")
