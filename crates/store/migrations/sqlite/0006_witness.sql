-- What proves who wrote an entry, and what witnesses signed.
-- NULL: written before there was one.
ALTER TABLE audit ADD COLUMN mac BLOB CHECK (mac IS NULL OR length(mac) = 32);
DROP TRIGGER audit_placed;
CREATE TRIGGER audit_placed BEFORE UPDATE ON audit
WHEN OLD.idx IS NOT NULL OR NEW.idx IS NULL
  OR NEW.seq IS NOT OLD.seq OR NEW.id IS NOT OLD.id OR NEW.tenant IS NOT OLD.tenant
  OR NEW.case_id IS NOT OLD.case_id OR NEW.case_version IS NOT OLD.case_version
  OR NEW.at IS NOT OLD.at OR NEW.actor IS NOT OLD.actor OR NEW.kind IS NOT OLD.kind
  OR NEW.body IS NOT OLD.body OR NEW.state_hash IS NOT OLD.state_hash OR NEW.leaf IS NOT OLD.leaf
  OR NEW.mac IS NOT OLD.mac
BEGIN
  SELECT RAISE(ABORT, 'audit entries are append-only');
END;

CREATE INDEX reports_by_case ON reports (case_id, id);

-- A witness signs a checkpoint once; what it signed is beside the checkpoint.
CREATE TABLE cosignatures (
  size INTEGER NOT NULL REFERENCES checkpoints (size),
  witness TEXT NOT NULL,
  line TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (size, witness)
) STRICT, WITHOUT ROWID;
CREATE INDEX cosignatures_by_witness ON cosignatures (witness, size);
