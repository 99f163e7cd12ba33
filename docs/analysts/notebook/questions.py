# %% [markdown]
# # Вопросы аналитика
#
# Пять вопросов к звезде, от простого к составному, и сверка с официальным рядом. Блокнот — обычный файл Python: ячейки
# начинаются с `# %%`. Откройте его в VS Code, PyCharm или Jupytext или запустите целиком:
#
#     .venv/bin/python docs/analysts/notebook/questions.py
#
# Спрашивается то, что названо в настройках (`NASTAVNIK_HOME`, `NASTAVNIK_WAREHOUSE_URL`), или файл для аналитиков, если
# указать его путь в `open_analysis`. Что в каждом столбце — docs/reference/star.md.

# %%
import pandas as pd

from warehouse import open_analysis

desk = open_analysis()


def show(title: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Print an answer; a notebook shows the value of the cell as well."""
    print(f"\n{title}\n{frame.to_string(index=False)}")
    return frame


# %% [markdown]
# ## 1. Сколько обучающихся вовлечено и как это менялось
#
# Люди сосчитаны внутри вида организаций: школьник, который ходит и в УДО, стоит в обеих строках.

# %%
involved = desk.frame("""
    SELECT f.as_of, i.municipality, i.kind, count(DISTINCT f.person) AS students
    FROM mentoring.fact_participation f
    JOIN mentoring.dim_institution i USING (institution_key)
    JOIN mentoring.dim_category c USING (category)
    WHERE f.in_year AND c.is_student
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")
show("Вовлечено обучающихся", involved)

# %% [markdown]
# То же говорит официальный ряд. Расхождение значило бы, что запрос понял показатель не так.

# %%
official = desk.frame("""
    SELECT as_of, scope_code, numerator, denominator, value, target
    FROM mentoring.kpi_now WHERE indicator = 'students_involved' AND scope_type = 'kind' ORDER BY as_of, scope_code
""")
show("Официальный ряд", official)
ours = {(row.as_of, f"{row.municipality}/{row.kind}"): row.students for row in involved.itertuples()}
theirs = {(row.as_of, row.scope_code): row.numerator for row in official.itertuples() if row.numerator}
assert ours == theirs, "звезда и ряд разошлись"

# %% [markdown]
# ## 2. Кого не хватает: доля каждого возраста

# %%
by_age = desk.frame("""
    WITH people AS (
        SELECT as_of, age_band, count(DISTINCT person) AS involved FROM mentoring.fact_participation
        JOIN mentoring.dim_category USING (category) WHERE in_year AND is_student GROUP BY 1, 2
    ), enrolled AS (
        SELECT as_of, age_band, sum(students) AS students FROM mentoring.fact_enrolment GROUP BY 1, 2
    )
    SELECT e.as_of, b.title, coalesce(p.involved, 0) AS involved, e.students
    FROM enrolled e JOIN mentoring.dim_age_band b USING (age_band) LEFT JOIN people p USING (as_of, age_band)
    ORDER BY e.as_of, b.place
""")
by_age["share"] = (100 * by_age["involved"] / by_age["students"].where(by_age["students"] > 0)).round(2)
show("Доля вовлечённых по возрасту, %", by_age)

# %% [markdown]
# ## 3. Чем кончаются пары разных форм

# %%
outcomes = desk.frame("""
    SELECT f.form, f.outcome, count(*) AS pairs
    FROM mentoring.fact_pairs f JOIN mentoring.dim_form d USING (form)
    WHERE f.counted AND f.in_year AND f.as_of = (SELECT max(as_of) FROM mentoring.fact_pairs)
    GROUP BY f.form, f.outcome, d.place ORDER BY d.place, f.outcome
""")
show("Итоги пар", outcomes.pivot_table(index="form", columns="outcome", values="pairs", fill_value=0).reset_index())

# %% [markdown]
# ## 4. Сколько наставляемых у одного наставника
#
# Наставник, у которого много наставляемых, — это или хорошая практика, или ошибка в книге.

# %%
load = desk.frame("""
    SELECT mentees, count(*) AS mentors FROM (
        SELECT mentor, count(DISTINCT mentee) AS mentees FROM mentoring.fact_pairs
        WHERE active AND as_of = (SELECT max(as_of) FROM mentoring.fact_pairs) GROUP BY mentor
    ) each_mentor GROUP BY mentees ORDER BY mentees
""")
show("Наставляемых у наставника", load)

# %% [markdown]
# ## 5. Одна история переименованной и объединённой организации
#
# `heir_code` — код, под которым история продолжается: по нему ряд не рвётся.

# %%
histories = desk.frame("""
    SELECT i.heir_code, d.year, count(DISTINCT f.person) AS people
    FROM mentoring.fact_participation f
    JOIN mentoring.dim_institution i USING (institution_key) JOIN mentoring.dim_date d USING (as_of)
    WHERE f.in_year AND d.kind = 'annual' GROUP BY 1, 2
""")
show("Люди в парах по годам", histories.pivot(index="heir_code", columns="year", values="people").reset_index())

# %%
desk.close()
