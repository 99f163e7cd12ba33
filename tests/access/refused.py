"""What an analyst may try to see of people, or to change: statements a line."""

FOR_NO_ANALYST = """
SELECT * FROM personal.sealed
SELECT count(*) FROM personal.sealed
EXPLAIN SELECT * FROM personal.sealed
SELECT surname FROM personal.later
SELECT surname::int FROM personal.later
SELECT 1 / (surname = '')::int FROM personal.later
SELECT personal.told()
SELECT mentoring.told()
SELECT * FROM mentoring.names
SELECT * FROM journal.decisions
SELECT decided_by FROM journal.decisions
SELECT decided_by FROM journal.later
SELECT * FROM journal.entries
SELECT subject FROM journal.entries
SELECT seq FROM journal.entries WHERE sha256 > ''
SELECT * FROM mentoring.pending_receipts
SELECT * FROM mentoring.lake_files
LOCK TABLE personal.sealed
COPY personal.sealed TO STDOUT
COPY (SELECT surname FROM personal.later) TO STDOUT
COPY personal.later FROM STDIN
COPY mentoring.deliveries TO PROGRAM 'cat'
COPY mentoring.deliveries TO '/tmp/deliveries'
PREPARE theirs AS SELECT surname FROM personal.later
DECLARE theirs CURSOR WITH HOLD FOR SELECT surname FROM personal.later
DO $$ BEGIN PERFORM surname FROM personal.later; END $$
SELECT query_to_xml('SELECT surname FROM personal.later', true, true, '')
SELECT table_to_xml('personal.later', true, true, '')
SELECT schema_to_xml('personal', true, true, '')
CREATE TEMP TABLE mine AS SELECT 1
CREATE TABLE public.mine (a int)
CREATE TABLE mentoring.mine (a int)
CREATE SCHEMA mine
CREATE VIEW mentoring.mine AS SELECT 1
CREATE FUNCTION mentoring.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE OR REPLACE FUNCTION public.max(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'
ALTER VIEW mentoring.in_force SET (security_invoker = false)
ALTER DEFAULT PRIVILEGES FOR ROLE nastavnik_clerk GRANT SELECT ON TABLES TO PUBLIC
GRANT nastavnik_clerk TO nastavnik_analyst
GRANT SELECT ON personal.sealed TO PUBLIC
SET ROLE nastavnik_clerk
SET ROLE nastavnik_engineer
SET ROLE postgres
SET SESSION AUTHORIZATION postgres
SELECT * FROM pg_statistic
SELECT * FROM pg_statistic_ext_data
SELECT * FROM pg_authid
SELECT pg_read_file('/etc/hostname')
SELECT pg_ls_dir('.')
SELECT lo_import('/etc/hostname')
INSERT INTO mentoring.releases VALUES ('r', '2021-12-31', 1, now(), '1.0', '')
INSERT INTO mentoring.withdrawals SELECT 1, delivery FROM mentoring.deliveries
INSERT INTO mentoring.confirmations SELECT 1, delivery FROM mentoring.deliveries
SELECT * FROM journal.notes
SELECT * FROM journal.explanations
SELECT * FROM mentoring.fingerprints
INSERT INTO journal.entries (seq, known_at, event, subject) VALUES (1, now(), '', '')
UPDATE mentoring.deliveries SET verdict = verdict
DELETE FROM mentoring.deliveries
TRUNCATE mentoring.deliveries
"""
