-- Second looks: what was asked for and what was given. Both only ever come in.
CREATE TABLE review_asks (
  entry TEXT COLLATE "C" PRIMARY KEY,
  tenant TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('required', 'sample')),
  maker TEXT COLLATE "C" NOT NULL,
  verdict TEXT COLLATE "C" NOT NULL,
  codes TEXT COLLATE "C" NOT NULL,
  decided_at BIGINT NOT NULL,
  UNIQUE (case_id, decided_at),
  UNIQUE (case_id, decided_at, kind, maker, verdict)
);
CREATE TRIGGER review_asks_fixed BEFORE UPDATE OR DELETE ON review_asks FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER review_asks_kept BEFORE TRUNCATE ON review_asks FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE TABLE reviews (
  entry TEXT COLLATE "C" PRIMARY KEY,
  tenant TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  maker TEXT COLLATE "C" NOT NULL,
  checker TEXT COLLATE "C" NOT NULL,
  verdict TEXT COLLATE "C" NOT NULL,
  codes TEXT COLLATE "C" NOT NULL,
  finding TEXT COLLATE "C" NOT NULL CHECK (finding IN ('approve', 'recapture', 'reject', 'escalate')),
  reasons TEXT COLLATE "C" NOT NULL,
  agreed BIGINT NOT NULL CHECK (agreed IN (0, 1)),
  decided_at BIGINT NOT NULL,
  drawn_at BIGINT NOT NULL,
  taken_at BIGINT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (case_id, decided_at),
  CONSTRAINT the_maker_never_checks CHECK (maker <> checker),
  FOREIGN KEY (case_id, decided_at, kind, maker, verdict) REFERENCES review_asks (case_id, decided_at, kind, maker, verdict)
);
CREATE INDEX reviews_by_time ON reviews (tenant, at, entry);
CREATE TRIGGER reviews_fixed BEFORE UPDATE OR DELETE ON reviews FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER reviews_kept BEFORE TRUNCATE ON reviews FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- Which entries of the log are about whom of the staff; made from the log, and made again from it at will.
CREATE TABLE person_entries (
  person TEXT COLLATE "C" NOT NULL,
  entry TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (person, entry)
);
INSERT INTO person_entries (person, entry) SELECT substr(actor, 7), id FROM audit WHERE actor LIKE 'agent:agt\_%';
INSERT INTO person_entries (person, entry)
  SELECT each.value #>> '{}', audit.id FROM audit, jsonb_each(audit.body::jsonb) AS each
  WHERE jsonb_typeof(each.value) = 'string' AND each.value #>> '{}' LIKE 'agt\_%' AND length(each.value #>> '{}') = 36
  ON CONFLICT DO NOTHING;
