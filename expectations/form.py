"""The submission, form 1.0: the only source of its sheets, columns and constraints.

Source: order № 632 of 28.08.2020, item 6; `docs/reference/dictionary.md` is generated from this page.
"""

from __future__ import annotations

from expectations.spellings import Kind
from expectations.structure import Column, Form, Sheet, When

TEXT, NAME, CODE, DATE, URL = Kind.TEXT, Kind.NAME, Kind.CODE, Kind.DATE, Kind.URL
INTEGER, NUMBER, SNILS, INN = Kind.INTEGER, Kind.NUMBER, Kind.SNILS, Kind.INN

STUDENT = "обучающийся"
COLLEGE_STUDENT = "студент"
YOUNG_SPECIALIST = "молодой специалист"
EDUCATOR = "педагогический работник"
WORKER = "работник предприятия"
CATEGORIES = (STUDENT, COLLEGE_STUDENT, YOUNG_SPECIALIST, EDUCATOR, WORKER, "выпускник", "родитель", "иное")

FORMS_OF_MENTORING = (
    "ученик – ученик",
    "учитель – учитель",
    "студент – ученик",
    "работодатель – ученик",
    "работодатель – студент",
    "педагог – ученик",
    "иная",
)
CONTINUES, COMPLETED, BROKEN_OFF = "продолжается", "завершена", "прервана"
MENTOR, MENTEE = "наставник", "наставляемый"
BEFORE, AFTER = "до", "после"
CURATOR_ORDER = "приказ о назначении куратора"
ROADMAP, REGULATION, PROGRAMME = "дорожная карта", "положение о наставничестве", "программа наставничества"
METHODOLOGY_HEAD = "начальник информационно-методического отдела"
EDUCATION_SPECIALIST = "главный специалист отдела общего и дошкольного образования"
AGREED, PLANNED = "заключено", "планируется"
CURATOR_SCORE = "анкета куратора, баллов"

PARTICIPANT_ID = "participants.participant_id"


def _mark(name: str, heading: str, *, required: bool = False) -> Column:
    return Column(name, heading, INTEGER, required=required, minimum=1, maximum=10, hint="Оценка от 1 до 10.")


FORM = Form(
    version="1.0",
    ignored_sheets=("Инструкция", "Списки"),
    answer_sheet="Замечания",
    sheets=(
        Sheet(
            "organisation", "Организация", required=True, vertical=True,
            description="Кто сдаёт сведения, на какую дату, кто куратор.", source="приказ № 632, п. 6.1",
            columns=(
                Column("form_version", "Версия формы", TEXT, required=True, hint="Не меняйте."),
                Column("institution_code", "Код организации", TEXT, required=True, hint="Код из реестра, например NSH-S007."),
                Column("institution_name", "Наименование организации", TEXT, required=True, hint="Как в реестре."),
                Column("as_of", "Отчётная дата", DATE, required=True, hint="Одна из дат календаря отчётности."),
                Column("enrolment_date", "Численность обучающихся на дату", DATE, hint="На какую дату сосчитан контингент (ОО-1: 20 сентября)."),
                Column("teachers", "Педагогических работников", INTEGER, required=True, minimum=0),
                Column("young_specialists", "из них молодых специалистов", INTEGER, required=True, minimum=0, at_most="teachers",
                       hint="Стаж меньше 3 лет; не больше числа педагогических работников."),
                Column("curator_name", "Куратор", TEXT, required=True, personal=True, hint="Фамилия, имя, отчество."),
                Column("curator_phone", "Телефон куратора", TEXT, personal=True),
                Column("curator_email", "Эл. почта куратора", TEXT, personal=True),
            ),
        ),
        Sheet(
            "enrolment", "Контингент", required=True,
            description="Сколько обучающихся каждого возраста.", source="приказ № 632, дорожная карта, пп. 4–6",
            columns=(
                Column("age", "Возраст, полных лет", INTEGER, required=True, minimum=3, maximum=25, unique="duplicate-age",
                       hint="Полных лет на 1 января года, следующего за отчётным."),
                Column("students", "Обучающихся", INTEGER, required=True, minimum=0),
            ),
        ),
        Sheet(
            "participants", "Участники", required=True,
            description="Персонифицированный учёт участников программы.", source="приказ № 632, п. 6.3",
            columns=(
                Column("participant_id", "ID участника", TEXT, required=True, max_length=20, unique="duplicate-participant-id",
                       personal=True, hint="Любой свой номер, не длиннее 20 знаков; в листе не повторяется."),
                Column("surname", "Фамилия", NAME, required=True, personal=True),
                Column("given_name", "Имя", NAME, required=True, personal=True),
                Column("patronymic", "Отчество", NAME, personal=True, hint="Если отчества нет, оставьте ячейку пустой."),
                Column("birth_date", "Дата рождения", DATE, required=True, personal=True),
                Column("snils", "СНИЛС", SNILS, personal=True, hint="112-233-445 95 или 11223344595."),
                Column("category", "Категория", CODE, required=True, codes=CATEGORIES),
                Column("group_name", "Класс / объединение", TEXT, required_when=When("category", (STUDENT,)),
                       hint="Обязательно для обучающихся."),
                Column("experience_years", "Стаж, лет", INTEGER, minimum=0, maximum=70,
                       required_when=When("category", (YOUNG_SPECIALIST, EDUCATOR)),
                       limits_when=When("category", (YOUNG_SPECIALIST,), 0, 3),
                       hint="Обязательно для молодых специалистов (от 0 до 3) и педагогических работников."),
                Column("partner_inn", "ИНН партнёра", INN, required_when=When("category", (WORKER,)),
                       hint="Обязательно для работников предприятий."),
                Column("consent_date", "Дата согласия", DATE, hint="Дата согласия на обработку персональных данных."),
                Column("consent_withdrawn", "Дата отзыва согласия", DATE),
            ),
        ),
        Sheet(
            "pairs", "Пары", required=True,
            description="Строка — один наставник с одним наставляемым; у строк одной группы общий ID пары.",
            source="приказ № 632, п. 6.5",
            columns=(
                Column("pair_id", "ID пары", TEXT, required=True, max_length=20, personal=True),
                Column("mentor_id", "ID наставника", TEXT, required=True, refers_to=PARTICIPANT_ID, personal=True,
                       hint="ID из листа «Участники»."),
                Column("mentee_id", "ID наставляемого", TEXT, required=True, refers_to=PARTICIPANT_ID, personal=True,
                       hint="ID из листа «Участники»."),
                Column("form", "Форма наставничества", CODE, required=True, codes=FORMS_OF_MENTORING),
                Column("role_model", "Ролевая модель", TEXT),
                Column("programme", "Программа", TEXT, required=True),
                Column("request", "Запрос наставляемого", TEXT, personal=True),
                Column("started_on", "Дата начала", DATE, required=True),
                Column("ended_on", "Дата завершения", DATE, hint="Пусто, пока пара работает."),
                Column("outcome", "Итог", CODE, required=True, codes=(CONTINUES, COMPLETED, BROKEN_OFF)),
                Column("result", "Результат", TEXT, personal=True),
            ),
        ),
        Sheet(
            "surveys", "Анкеты",
            description="Ответы участников до и после программы.", source="приказ № 632, п. 6.4",
            columns=(
                Column("participant_id", "ID участника", TEXT, required=True, refers_to=PARTICIPANT_ID, personal=True,
                       hint="ID из листа «Участники»."),
                Column("role", "Роль", CODE, required=True, codes=(MENTOR, MENTEE)),
                Column("stage", "Этап", CODE, required=True, codes=(BEFORE, AFTER)),
                Column("answered_on", "Дата анкеты", DATE, required=True),
                _mark("effectiveness", "Эффективность"),
                _mark("comfort", "Комфорт"),
                _mark("organisation", "Организация"),
                _mark("usefulness", "Полезность"),
                _mark("satisfaction", "Удовлетворённость", required=True),
            ),
        ),
        Sheet(
            "documents", "Документы",
            description="Документы о наставничестве и их согласование.", source="приказ № 632, пп. 6.1, 6.2, 6.7",
            columns=(
                Column("kind", "Вид документа", CODE, required=True,
                       codes=("приказ о внедрении", CURATOR_ORDER, ROADMAP, REGULATION, PROGRAMME, "приказ о закреплении пар")),
                Column("number", "Номер", TEXT),
                Column("approved_on", "Дата утверждения", DATE, required=True),
                Column("agreed_by", "Согласовано", CODE, codes=(METHODOLOGY_HEAD, EDUCATION_SPECIALIST, "иное"),
                       hint="Школы: начальник ИМО; УДО: главный специалист (п. 6.7)."),
                Column("agreed_on", "Дата согласования", DATE),
                Column("valid_from", "Действует с", DATE),
                Column("valid_to", "Действует по", DATE),
                Column("url", "Ссылка", URL),
            ),
        ),
        Sheet(
            "events", "Мероприятия",
            description="Информирование, встречи, обучение.", source="приказ № 632, п. 6.6, дорожная карта, пп. 2, 3",
            columns=(
                Column("held_on", "Дата", DATE, required=True),
                Column("kind", "Вид мероприятия", CODE, required=True, codes=(
                    "информирование педагогов", "информирование родителей", "информирование обучающихся",
                    "встреча с партнёрами", "встреча с выпускниками", "обучение наставников",
                    "повышение квалификации", "обмен опытом")),
                Column("title", "Название", TEXT, required=True),
                Column("attendees", "Участников", INTEGER, required=True, minimum=0),
                Column("hours", "Часов", NUMBER, minimum=0),
            ),
        ),
        Sheet(
            "partners", "Партнёры",
            description="Предприятия и организации-партнёры.", source="приказ № 632, дорожная карта, пп. 1, 3",
            columns=(
                Column("inn", "ИНН", INN, required=True, unique="duplicate-partner"),
                Column("name", "Наименование", TEXT, required=True),
                Column("kind", "Тип", CODE, required=True, codes=("предприятие", "организация", "индивидуальный предприниматель")),
                Column("agreement_status", "Статус соглашения", CODE, required=True, codes=(AGREED, PLANNED)),
                Column("agreement_number", "Номер соглашения", TEXT),
                Column("agreement_date", "Дата соглашения", DATE),
                Column("valid_to", "Действует по", DATE),
                Column("mentors_provided", "Предоставлено наставников", INTEGER, minimum=0),
            ),
        ),
        Sheet(
            "practices", "Практики",
            description="Лучшие практики наставничества.", source="приказ № 632, п. 6.5",
            columns=(
                Column("title", "Название", TEXT, required=True),
                Column("form", "Форма наставничества", CODE, required=True, codes=FORMS_OF_MENTORING),
                Column("started_on", "Дата начала", DATE),
                Column("ended_on", "Дата завершения", DATE),
                Column("participants", "Участников", INTEGER, minimum=0),
                Column("result", "Результат", TEXT, required=True),
                Column("url", "Ссылка", URL),
            ),
        ),
        Sheet(
            "monitoring", "Мониторинг",
            description="Показатели до и после программы.", source="приказ № 632, п. 6.4",
            columns=(
                Column("measure", "Показатель", CODE, required=True, codes=(
                    "посещают кружки и секции", "реализовано проектов", "состоят на учёте", "жалоб", CURATOR_SCORE)),
                Column("before", "До", NUMBER, minimum=0),
                Column("after", "После", NUMBER, minimum=0, limits_when=When("measure", (CURATOR_SCORE,), 0, 18),
                       hint="Анкета куратора: от 0 до 18 баллов."),
            ),
        ),
    ),
)  # fmt: skip

FORMS: dict[str, Form] = {FORM.version: FORM}
