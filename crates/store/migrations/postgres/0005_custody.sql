-- When the evidence of a case is due for erasure, and how far an erasure got. Derived from the
-- cases; once the evidence is gone, the log says so, and this only says what is left to remove.
CREATE TABLE retention (
  case_id TEXT COLLATE "C" PRIMARY KEY REFERENCES cases (id),
  tenant TEXT COLLATE "C" NOT NULL,
  due_at BIGINT,
  held BIGINT NOT NULL CHECK (held IN (0, 1)),
  erased_at BIGINT,
  -- Names the key that goes; it is not a key.
  old_key BYTEA,
  done_at BIGINT
);
CREATE INDEX retention_due ON retention (due_at, case_id) WHERE due_at IS NOT NULL AND held = 0 AND erased_at IS NULL;
CREATE INDEX retention_begun ON retention (case_id) WHERE erased_at IS NOT NULL AND done_at IS NULL;

-- Passes: access to one case's images or recordings for a while, by a secret of which this is the hash.
CREATE TABLE passes (
  hash BYTEA PRIMARY KEY CHECK (length(hash) = 32),
  tenant TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  scope TEXT COLLATE "C" NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX passes_by_end ON passes (expires_at);
CREATE INDEX passes_by_case ON passes (case_id);

-- Copies of recordings that are not in the tenant's own storage yet.
CREATE INDEX deliveries_to_storage ON deliveries (tenant, created_at) WHERE channel IN ('s3', 'sftp') AND state <> 'delivered';
