-- When the evidence of a case is due for erasure, and how far an erasure got. Derived from the
-- cases; once the evidence is gone, the log says so, and this only says what is left to remove.
CREATE TABLE retention (
  case_id TEXT PRIMARY KEY REFERENCES cases (id),
  tenant TEXT NOT NULL,
  due_at INTEGER,
  held INTEGER NOT NULL CHECK (held IN (0, 1)),
  erased_at INTEGER,
  -- Names the key that goes; it is not a key.
  old_key BLOB,
  done_at INTEGER
) STRICT;
CREATE INDEX retention_due ON retention (due_at, case_id) WHERE due_at IS NOT NULL AND held = 0 AND erased_at IS NULL;
CREATE INDEX retention_begun ON retention (case_id) WHERE erased_at IS NOT NULL AND done_at IS NULL;

-- Passes: access to one case's images or recordings for a while, by a secret of which this is the hash.
CREATE TABLE passes (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  tenant TEXT NOT NULL,
  case_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  actor TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passes_by_end ON passes (expires_at);
CREATE INDEX passes_by_case ON passes (case_id);

-- Copies of recordings that are not in the tenant's own storage yet.
CREATE INDEX deliveries_to_storage ON deliveries (tenant, created_at) WHERE channel IN ('s3', 'sftp') AND state <> 'delivered';
