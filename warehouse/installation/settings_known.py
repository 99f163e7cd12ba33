"""The settings there are: each one's name, what holds where it is not set, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One environment variable, in the English of docs/reference/settings.md."""

    name: str
    default: str
    meaning: str
    page: str = ""  # the page in docs/ that tells more


@dataclass(frozen=True)
class Group:
    """Settings that are thought of together."""

    title: str
    settings: tuple[Setting, ...]


FOR_EVER = "0: for ever"
GROUPS = (
    Group("Where things are", (
        Setting("NASTAVNIK_HOME", "`~/nastavnik`", "the only folder written to"),
        Setting("NASTAVNIK_INBOX", "`$NASTAVNIK_HOME/inbox`", "where deliveries are looked for, a folder per institution; also `s3://`, `sftp://` and `imaps://`, several by spaces", "engineers/channels.md"),
        Setting("NASTAVNIK_OUTBOX", "none", "where receipts are put too: `s3://` or `sftp://`", "engineers/channels.md"),
        Setting("NASTAVNIK_WAREHOUSE_URL", "a DuckDB file in the home", "or `postgresql+psycopg://user@host/database`", "engineers/roles.md"),
        Setting("NASTAVNIK_BACKUP", "none", "the folder that `backup` adds to, by schedule too; on another disk", "engineers/operations.md"),
    )),
    Group("Keys and who acts", (
        Setting("NASTAVNIK_KEY_FILE", "`$NASTAVNIK_HOME/key`", "the master key, which everything personal is encrypted under; made on first use, kept apart in earnest", "engineers/keys.md"),
        Setting("NASTAVNIK_KEY", "none", "or the key itself, 64 hexadecimal digits; one of the three", "engineers/keys.md"),
        Setting("NASTAVNIK_KEY_COMMAND", "none", "or a command that prints it; one of the three", "engineers/keys.md"),
        Setting("NASTAVNIK_NEW_KEY", "none", "the master key that `keys rotate` goes over to, read by that command alone", "engineers/keys.md"),
        Setting("NASTAVNIK_NEW_KEY_COMMAND", "none", "or a command that prints it", "engineers/keys.md"),
        Setting("NASTAVNIK_SIGN_PASSPHRASE", "none", "what the private key of `sign` is encrypted with, read by that command alone", "officers/proof.md"),
        Setting("NASTAVNIK_ACTOR", "none", "who acts, beside the account of the system, in the audit journal", "engineers/audit.md"),
    )),
    Group("How the work is done", (
        Setting("NASTAVNIK_TIMEZONE", "`Europe/Moscow`", "where deadlines end at midnight"),
        Setting("NASTAVNIK_WORKERS", "2", "processes that read workbooks"),
        Setting("NASTAVNIK_BATCH", "360", "deliveries judged together"),
        Setting("NASTAVNIK_SETTLE_SECONDS", "2", "a file that changes within this time is left for the next run"),
    )),
    Group("What is told, held and hidden", (
        Setting("NASTAVNIK_MOVED_POINTS", "25", "percentage points a share may move in a year before a release tells of it", "officers/release-gate.md"),
        Setting("NASTAVNIK_HOLD_DROP", "0: none", "per cent of involved pupils lost, over which an accepted delivery waits for `confirm`; off, because the specification only warns of it (`participation-drop`)", "schools/held.md"),
        Setting("NASTAVNIK_SMALL_CELL", "5", "the smallest count of people that a public package shows; 3 or more", "officers/disclosure.md"),
    )),
    Group("Letters", (
        Setting("NASTAVNIK_SMTP_URL", "none", "the mail server, `smtps://` or `smtp+starttls://` with a login", "officers/letters.md"),
        Setting("NASTAVNIK_SMTP_CA_FILE", "the machine's authorities", "whose certificates alone are trusted", "officers/letters.md"),
        Setting("NASTAVNIK_SMTP_UNENCRYPTED", "`no`", "`yes`: a plain `smtp://` server beyond this machine is allowed, without a login", "officers/letters.md"),
        Setting("NASTAVNIK_MAIL_FROM", "`nastavnik@localhost`", "the sender", "officers/letters.md"),
        Setting("NASTAVNIK_MAIL_DEPARTMENT", "none", "addresses, by commas, that get the list of who owes after the deadline", "officers/letters.md"),
        Setting("NASTAVNIK_MAIL_MARKED", "`never`", "`encrypted`: the marked workbook goes along with the notice of its delivery, under a password", "officers/letters.md"),
        Setting("NASTAVNIK_REMIND_DAYS", "`-7,-1,1,8`", "stages of reminders, in days from the deadline", "officers/letters.md"),
        Setting("NASTAVNIK_CONTACT", "none", "whom an institution may ask: in letters, receipts, marked workbooks, templates", "officers/letters.md"),
    )),
    Group("Watching", (
        Setting("NASTAVNIK_ALARM_TO", "none", "e-mail addresses of operators, told when a run or a night goes wrong", "engineers/operations.md"),
        Setting("NASTAVNIK_LOG", "`none`", "`json` or `text`: a record an event on the error stream", "engineers/observability.md"),
        Setting("NASTAVNIK_METRICS_FILE", "none", "a file that figures for Prometheus are written to when a run ends", "engineers/observability.md"),
    )),
    Group("Retention", (
        Setting("NASTAVNIK_KEEP_RECEIVED_YEARS", FOR_EVER, "years that received files are kept", "officers/erasure.md"),
        Setting("NASTAVNIK_KEEP_IDENTITIES_YEARS", FOR_EVER, "years that names and СНИЛС are kept", "officers/erasure.md"),
        Setting("NASTAVNIK_KEEP_RECEIPTS_YEARS", FOR_EVER, "years that receipts are kept", "officers/erasure.md"),
        Setting("NASTAVNIK_KEEP_REJECTED_DAYS", FOR_EVER, "days that rejected files are kept", "officers/erasure.md"),
    )),
)  # fmt: skip
KNOWN = frozenset(setting.name for group in GROUPS for setting in group.settings)
