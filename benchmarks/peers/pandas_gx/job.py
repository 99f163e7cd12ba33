"""Peer (a): pandas with openpyxl, a great-expectations validation per file, `to_sql` into DuckDB.

usage: python job.py INBOX FOLDER    — writes FOLDER/kpi.csv
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import sqlalchemy as sa

SHEETS = {"Организация": "organisation", "Контингент": "enrolment", "Участники": "participants", "Пары": "pairs"}
CATEGORIES = [
    "обучающийся", "студент", "молодой специалист", "педагогический работник", "работник предприятия", "выпускник",
    "родитель", "иное",
]  # fmt: skip
FORMS = [
    "ученик – ученик", "учитель – учитель", "студент – ученик", "работодатель – ученик", "работодатель – студент",
    "педагог – ученик", "иная",
]  # fmt: skip
KPI = """
SELECT o.institution, coalesce(i.involved, 0) AS involved, e.enrolled
FROM organisation o
JOIN (SELECT delivery, sum(students) AS enrolled FROM enrolment GROUP BY 1) e USING (delivery)
LEFT JOIN (
    SELECT p.delivery, count(DISTINCT p.participant_id) AS involved
    FROM participants p JOIN organisation d USING (delivery)
    JOIN pairs q ON q.delivery = p.delivery AND p.participant_id IN (q.mentor_id, q.mentee_id)
    WHERE p.category = 'обучающийся' AND q.started_on <= d.as_of
      AND (q.ended_on IS NULL OR q.ended_on >= date_trunc('year', d.as_of))
    GROUP BY 1
) i USING (delivery)
ORDER BY 1
"""


def read(path: Path) -> dict[str, pd.DataFrame]:
    """Read the four sheets of one workbook as typed frames."""
    book = pd.read_excel(path, sheet_name=list(SHEETS), engine="openpyxl", header=None)
    labels = {str(k).rstrip(" *"): v for k, v in book["Организация"].iloc[:, :2].itertuples(index=False)}
    frames = {
        "organisation": pd.DataFrame(
            {"institution": [labels["Код организации"]], "as_of": [pd.Timestamp(labels["Отчётная дата"])]}
        )
    }
    columns = {
        "enrolment": {"Обучающихся": "students"},
        "participants": {"ID участника": "participant_id", "Категория": "category"},
        "pairs": {
            "ID наставника": "mentor_id", "ID наставляемого": "mentee_id", "Форма наставничества": "form",
            "Дата начала": "started_on", "Дата завершения": "ended_on",
        },
    }  # fmt: skip
    for title, name in SHEETS.items():
        if name != "organisation":
            rows = book[title]
            rows.columns = [str(heading).rstrip(" *") for heading in rows.iloc[0]]
            frames[name] = rows.iloc[1:][list(columns[name])].rename(columns=columns[name])
    for column in ("started_on", "ended_on"):
        frames["pairs"][column] = pd.to_datetime(frames["pairs"][column])
    return {name: frame.assign(delivery=path.stem + "/" + path.parent.name) for name, frame in frames.items()}


def suites(frames: dict[str, pd.DataFrame]) -> dict[str, list]:
    """Return what each sheet of a delivery must be."""
    as_of, ids = frames["organisation"]["as_of"].iloc[0], list(frames["participants"]["participant_id"])
    present = {
        "enrolment": ["students"], "participants": ["participant_id", "category"],
        "pairs": ["mentor_id", "mentee_id", "form", "started_on"],
    }  # fmt: skip
    wanted = {
        name: [gxe.ExpectColumnValuesToNotBeNull(column=column) for column in columns]
        for name, columns in present.items()
    }
    wanted["participants"] += [
        gxe.ExpectColumnValuesToBeUnique(column="participant_id"),
        gxe.ExpectColumnValuesToBeInSet(column="category", value_set=CATEGORIES),
    ]
    wanted["pairs"] += [
        gxe.ExpectColumnValuesToBeInSet(column="form", value_set=FORMS),
        gxe.ExpectColumnValuesToBeInSet(column="mentor_id", value_set=ids),
        gxe.ExpectColumnValuesToBeInSet(column="mentee_id", value_set=ids),
        gxe.ExpectColumnValuesToBeBetween(column="started_on", max_value=as_of),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="ended_on", column_B="started_on", or_equal=True, ignore_row_if="either_value_is_missing"
        ),
    ]
    return wanted


def start() -> None:
    """Make the context and the batch definition of a process."""
    global BATCH
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(
        globally=False, metric_calculations=False
    )
    BATCH = (
        context.data_sources.add_pandas("files").add_dataframe_asset("sheet").add_batch_definition_whole_dataframe("b")
    )


def take(path: Path) -> dict[str, pd.DataFrame]:
    """Read and validate one delivery; leave out the rows that are bad."""
    frames = read(path)
    for name, expectations in suites(frames).items():
        batch = BATCH.get_batch(batch_parameters={"dataframe": frames[name].reset_index(drop=True)})
        result = batch.validate(
            gx.ExpectationSuite(name=name, expectations=expectations),
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": []},
        )
        bad = {row for one in result.results for row in one.result.get("unexpected_index_list") or []}
        if bad:
            frames[name] = frames[name].reset_index(drop=True).drop(index=sorted(bad))
    return frames


def main(inbox: Path, folder: Path) -> None:
    """Load every delivery and write the figures."""
    engine = sa.create_engine(f"duckdb:///{folder / 'peer.duckdb'}")
    with ProcessPoolExecutor(2, initializer=start) as pool:
        loaded = list(pool.map(take, sorted(inbox.glob("*/*.xlsx")), chunksize=5))
    with engine.begin() as connection:
        for name in SHEETS.values():
            pd.concat([frames[name] for frames in loaded]).to_sql(
                name, connection, index=False, if_exists="replace", chunksize=5000, method="multi"
            )
        pd.read_sql(KPI, connection).to_csv(folder / "kpi.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
