-- Second looks: what was asked for and what was given. Both only ever come in.
CREATE TABLE review_asks (
  entry TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  case_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('required', 'sample')),
  maker TEXT NOT NULL,
  verdict TEXT NOT NULL,
  codes TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  UNIQUE (case_id, decided_at),
  UNIQUE (case_id, decided_at, kind, maker, verdict)
) STRICT;

CREATE TABLE reviews (
  entry TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  case_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  maker TEXT NOT NULL,
  checker TEXT NOT NULL,
  verdict TEXT NOT NULL,
  codes TEXT NOT NULL,
  finding TEXT NOT NULL CHECK (finding IN ('approve', 'recapture', 'reject', 'escalate')),
  reasons TEXT NOT NULL,
  agreed INTEGER NOT NULL CHECK (agreed IN (0, 1)),
  decided_at INTEGER NOT NULL,
  drawn_at INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (case_id, decided_at),
  CONSTRAINT the_maker_never_checks CHECK (maker <> checker),
  FOREIGN KEY (case_id, decided_at, kind, maker, verdict) REFERENCES review_asks (case_id, decided_at, kind, maker, verdict)
) STRICT;
CREATE INDEX reviews_by_time ON reviews (tenant, at, entry);

-- INSERT OR REPLACE deletes without a delete trigger: a row that is there may not come again.
CREATE TRIGGER review_asks_new BEFORE INSERT ON review_asks
WHEN EXISTS (SELECT 1 FROM review_asks WHERE entry = NEW.entry OR (case_id = NEW.case_id AND decided_at = NEW.decided_at))
BEGIN
  SELECT RAISE(ABORT, 'review_asks is append-only');
END;
CREATE TRIGGER review_asks_fixed BEFORE UPDATE ON review_asks
BEGIN
  SELECT RAISE(ABORT, 'review_asks is append-only');
END;
CREATE TRIGGER review_asks_kept BEFORE DELETE ON review_asks
BEGIN
  SELECT RAISE(ABORT, 'review_asks is append-only');
END;
CREATE TRIGGER reviews_new BEFORE INSERT ON reviews
WHEN EXISTS (SELECT 1 FROM reviews WHERE entry = NEW.entry OR (case_id = NEW.case_id AND decided_at = NEW.decided_at))
BEGIN
  SELECT RAISE(ABORT, 'reviews is append-only');
END;
-- A connection that leaves foreign keys off finds the same door shut.
CREATE TRIGGER reviews_asked BEFORE INSERT ON reviews
WHEN NOT EXISTS (
  SELECT 1 FROM review_asks
  WHERE case_id = NEW.case_id AND decided_at = NEW.decided_at AND kind = NEW.kind AND maker = NEW.maker AND verdict = NEW.verdict
    AND tenant = NEW.tenant
)
BEGIN
  SELECT RAISE(ABORT, 'nobody asked for this review of this maker');
END;
CREATE TRIGGER reviews_fixed BEFORE UPDATE ON reviews
BEGIN
  SELECT RAISE(ABORT, 'reviews is append-only');
END;
CREATE TRIGGER reviews_kept BEFORE DELETE ON reviews
BEGIN
  SELECT RAISE(ABORT, 'reviews is append-only');
END;

-- Which entries of the log are about whom of the staff; made from the log, and made again from it at will.
CREATE TABLE person_entries (
  person TEXT NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (person, entry)
) STRICT, WITHOUT ROWID;
INSERT INTO person_entries (person, entry) SELECT substr(actor, 7), id FROM audit WHERE actor LIKE 'agent:agt\_%' ESCAPE '\';
INSERT OR IGNORE INTO person_entries (person, entry)
  SELECT each.value, audit.id FROM audit, json_each(audit.body) AS each
  WHERE each.type = 'text' AND each.value LIKE 'agt\_%' ESCAPE '\' AND length(each.value) = 36;
