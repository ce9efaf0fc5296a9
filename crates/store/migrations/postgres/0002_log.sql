-- The audit log. Entries only ever come in, and get their place in the tree once.
CREATE TABLE audit (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL UNIQUE,
  idx BIGINT UNIQUE,
  tenant TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C",
  case_version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  state_hash BYTEA CHECK (length(state_hash) = 32),
  leaf BYTEA NOT NULL CHECK (length(leaf) = 32)
);
CREATE INDEX audit_by_case ON audit (case_id, seq) WHERE case_id IS NOT NULL;
CREATE INDEX audit_by_tenant ON audit (tenant, seq);
CREATE INDEX audit_unsequenced ON audit (seq) WHERE idx IS NULL;

CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.idx IS NULL THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.idx IS NULL AND NEW.idx IS NOT NULL
    AND (NEW.seq, NEW.id, NEW.tenant, NEW.case_id, NEW.case_version, NEW.at, NEW.actor, NEW.kind, NEW.body, NEW.state_hash, NEW.leaf)
      IS NOT DISTINCT FROM
        (OLD.seq, OLD.id, OLD.tenant, OLD.case_id, OLD.case_version, OLD.at, OLD.actor, OLD.kind, OLD.body, OLD.state_hash, OLD.leaf) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'audit entries are append-only';
END $$;
CREATE TRIGGER audit_guard BEFORE INSERT OR UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_kept BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE TABLE log (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  size BIGINT NOT NULL CHECK (size >= 0),
  frontier BYTEA NOT NULL
);
INSERT INTO log (one, size, frontier) VALUES (1, 0, '');

CREATE TABLE checkpoints (
  size BIGINT PRIMARY KEY,
  root BYTEA NOT NULL CHECK (length(root) = 32),
  note TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL
);
CREATE TRIGGER checkpoints_fixed BEFORE UPDATE OR DELETE ON checkpoints FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER checkpoints_kept BEFORE TRUNCATE ON checkpoints FOR EACH STATEMENT EXECUTE FUNCTION append_only();
