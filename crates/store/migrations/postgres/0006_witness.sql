-- What proves who wrote an entry, and what witnesses signed.
-- NULL: written before there was one.
ALTER TABLE audit ADD COLUMN mac BYTEA CHECK (mac IS NULL OR length(mac) = 32);
CREATE OR REPLACE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.idx IS NULL THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.idx IS NULL AND NEW.idx IS NOT NULL
    AND (NEW.seq, NEW.id, NEW.tenant, NEW.case_id, NEW.case_version, NEW.at, NEW.actor, NEW.kind, NEW.body, NEW.state_hash, NEW.leaf, NEW.mac)
      IS NOT DISTINCT FROM
        (OLD.seq, OLD.id, OLD.tenant, OLD.case_id, OLD.case_version, OLD.at, OLD.actor, OLD.kind, OLD.body, OLD.state_hash, OLD.leaf, OLD.mac) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'audit entries are append-only';
END $$;

CREATE INDEX reports_by_case ON reports (case_id, id);

-- A witness signs a checkpoint once; what it signed is beside the checkpoint.
CREATE TABLE cosignatures (
  size BIGINT NOT NULL REFERENCES checkpoints (size),
  witness TEXT COLLATE "C" NOT NULL,
  line TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (size, witness)
);
CREATE INDEX cosignatures_by_witness ON cosignatures (witness, size);
