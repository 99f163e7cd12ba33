"""The causes of a change, in the order in which what is known is exchanged."""

RULES = "rules"
LATE_SUBMISSION, CORRECTION, ENROLMENT = "late_submission", "correction", "enrolment"
DECISION, REGISTER, DEFINITION = "decision", "register", "definition"
CAUSES = {
    RULES: "пересмотр по правилам",
    LATE_SUBMISSION: "поздняя сдача",
    CORRECTION: "исправление сдачи",
    ENROLMENT: "уточнение контингента",
    DECISION: "решение о человеке",
    REGISTER: "реестр и планы",
    DEFINITION: "определение показателя",
}
ABOUT = {
    RULES: "сданное раньше проверено заново: по другим правилам, реестру или календарю (backfill)",
    LATE_SUBMISSION: "организация, о которой на эту дату ещё не было сведений, их сдала",
    CORRECTION: "участники, пары, анкеты, документы, мероприятия в сдаче взамен прежней; отзыв или подтверждение сдачи",
    ENROLMENT: "численность обучающихся и педагогов в сдаче, которая заменила прежнюю",
    DECISION: "решение, что две записи об одном человеке или о разных, или отмена такого решения",
    REGISTER: "реестр организаций, их вид и муниципалитет, планы приказа, контрольные точки",
    DEFINITION: "другая версия определений показателей",
}
