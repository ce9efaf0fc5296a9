-- Keys of cases, wrapped, apart from everything they open. A destroyed key leaves its name.
CREATE TABLE case_keys (
  id BYTEA PRIMARY KEY CHECK (length(id) = 16),
  tenant TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  wrapped BYTEA,
  created_at BIGINT NOT NULL,
  -- Whether its case is known to be there; until then the key may be one that a crash left behind.
  bound BIGINT NOT NULL CHECK (bound IN (0, 1)),
  destroyed_at BIGINT,
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE INDEX case_keys_by_case ON case_keys (case_id);
CREATE INDEX case_keys_unbound ON case_keys (created_at, id) WHERE bound = 0;
