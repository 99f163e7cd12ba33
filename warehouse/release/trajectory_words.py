"""What the way to the targets is called and assumes, in the words of the report and the workbook."""

from __future__ import annotations

METHODS = {
    "linear_trend": "прямая по годовым долям, границы с вероятностью 80 %",
    "two_points": "прямая по двум годовым долям, без границ",
}
ASSUMPTIONS = (
    "Сколько не хватает и какой нужен темп, сосчитано при нынешней численности обучающихся. «Идёт в месяц»: прирост "
    "между двумя последними годовыми датами. Прогноз: что будет, если всё пойдёт как до сих пор."
)
