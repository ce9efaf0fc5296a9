-- The audit log. Entries only ever come in, and get their place in the tree once.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  idx INTEGER UNIQUE,
  tenant TEXT NOT NULL,
  case_id TEXT,
  case_version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  state_hash BLOB CHECK (length(state_hash) = 32),
  leaf BLOB NOT NULL CHECK (length(leaf) = 32)
) STRICT;
CREATE INDEX audit_by_case ON audit (case_id, seq) WHERE case_id IS NOT NULL;
CREATE INDEX audit_by_tenant ON audit (tenant, seq);
CREATE INDEX audit_unsequenced ON audit (seq) WHERE idx IS NULL;

-- INSERT OR REPLACE deletes without a delete trigger: a row that is there may not come again.
CREATE TRIGGER audit_new BEFORE INSERT ON audit
WHEN NEW.idx IS NOT NULL OR EXISTS (SELECT 1 FROM audit WHERE id = NEW.id OR seq = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'audit entries are append-only');
END;
CREATE TRIGGER audit_placed BEFORE UPDATE ON audit
WHEN OLD.idx IS NOT NULL OR NEW.idx IS NULL
  OR NEW.seq IS NOT OLD.seq OR NEW.id IS NOT OLD.id OR NEW.tenant IS NOT OLD.tenant
  OR NEW.case_id IS NOT OLD.case_id OR NEW.case_version IS NOT OLD.case_version
  OR NEW.at IS NOT OLD.at OR NEW.actor IS NOT OLD.actor OR NEW.kind IS NOT OLD.kind
  OR NEW.body IS NOT OLD.body OR NEW.state_hash IS NOT OLD.state_hash OR NEW.leaf IS NOT OLD.leaf
BEGIN
  SELECT RAISE(ABORT, 'audit entries are append-only');
END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'audit entries are append-only');
END;

CREATE TABLE log (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL CHECK (size >= 0),
  frontier BLOB NOT NULL
) STRICT;
INSERT INTO log (one, size, frontier) VALUES (1, 0, x'');

CREATE TABLE checkpoints (
  size INTEGER PRIMARY KEY,
  root BLOB NOT NULL CHECK (length(root) = 32),
  note TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER checkpoints_new BEFORE INSERT ON checkpoints
WHEN EXISTS (SELECT 1 FROM checkpoints WHERE size = NEW.size)
BEGIN
  SELECT RAISE(ABORT, 'checkpoints are append-only');
END;
CREATE TRIGGER checkpoints_fixed BEFORE UPDATE ON checkpoints
BEGIN
  SELECT RAISE(ABORT, 'checkpoints are append-only');
END;
CREATE TRIGGER checkpoints_kept BEFORE DELETE ON checkpoints
BEGIN
  SELECT RAISE(ABORT, 'checkpoints are append-only');
END;
