"""A filled template: every sheet of the form, synthetic people."""

from __future__ import annotations

from datetime import date

from expectations.template import Filling

SNILS, INN_OF_FIRM, INN_OF_PERSON = (
    "11223344595",
    "7707083893",
    "500100732259",
)  # right checksums, nobody's numbers
REPORTED_ON, STARTED_ON = date(2021, 12, 31), date(2020, 10, 1)

ROWS: dict[str, list[dict[str, object]]] = {
    "organisation": [
        {"teachers": 40, "young_specialists": 4, "curator_name": "Пробная Анна Ивановна", "curator_phone": "8 800 000-00-00"}
    ],
    "enrolment": [{"age": 7, "students": 51}, {"age": 8, "students": 0}],
    "participants": [
        {"participant_id": "007", "surname": "Пробный", "given_name": "Пётр", "patronymic": "Ильич", "birth_date": date(2008, 2, 29),
         "snils": SNILS, "category": "обучающийся", "group_name": "7 «А»", "consent_date": STARTED_ON},
        {"participant_id": "У-2", "surname": "О'Тестова-Мнимая", "given_name": "Вера", "birth_date": date(1995, 1, 1),
         "category": "молодой специалист", "experience_years": 3},
        {"participant_id": "У-3", "surname": "Мнимый", "given_name": "Лев", "birth_date": date(1970, 12, 31),
         "category": "работник предприятия", "partner_inn": INN_OF_FIRM},
    ],
    "pairs": [
        {"pair_id": "П-1", "mentor_id": "У-2", "mentee_id": "007", "form": "педагог – ученик", "role_model": "равный – равному",
         "programme": "=не формула", "request": "Освоиться", "started_on": STARTED_ON, "ended_on": date(2021, 5, 31),
         "outcome": "завершена", "result": "Освоился"}
    ],
    "surveys": [
        {"participant_id": "007", "role": "наставляемый", "stage": "до", "answered_on": STARTED_ON, "effectiveness": 1,
         "comfort": 10, "organisation": 5, "usefulness": None, "satisfaction": 7}
    ],
    "documents": [
        {"kind": "дорожная карта", "number": "12-а", "approved_on": date(2020, 9, 15), "valid_from": date(2020, 9, 15),
         "valid_to": date(2024, 12, 31), "url": "https://example.org/map"}
    ],
    "events": [{"held_on": date(2020, 9, 20), "kind": "обучение наставников", "title": "Школа наставника", "attendees": 12, "hours": 1.5}],
    "partners": [
        {"inn": INN_OF_PERSON, "name": "ИП Мнимая", "kind": "индивидуальный предприниматель", "agreement_status": "заключено",
         "agreement_date": date(2020, 9, 1), "mentors_provided": 1}
    ],
    "practices": [{"title": "Вместе", "form": "иная", "participants": 6, "result": "Выставка", "url": "http://example.org"}],
    "monitoring": [{"measure": "анкета куратора, баллов", "before": 7.5, "after": 18.0}],
}  # fmt: skip
KNOWN = {
    "institution_code": "NSH-S007",
    "institution_name": "МБОУ СОШ № 7",
    "as_of": REPORTED_ON,
    "enrolment_date": date(2021, 9, 20),
}
FILLED = Filling(**KNOWN, due_on=date(2022, 1, 15), contact="отдел образования", rows=ROWS)
