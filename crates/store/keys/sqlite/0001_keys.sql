-- Keys of cases, wrapped, apart from everything they open. A destroyed key leaves its name.
CREATE TABLE case_keys (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  tenant TEXT NOT NULL,
  case_id TEXT NOT NULL,
  wrapped BLOB,
  created_at INTEGER NOT NULL,
  -- Whether its case is known to be there; until then the key may be one that a crash left behind.
  bound INTEGER NOT NULL CHECK (bound IN (0, 1)),
  destroyed_at INTEGER,
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
) STRICT;
CREATE INDEX case_keys_by_case ON case_keys (case_id);
CREATE INDEX case_keys_unbound ON case_keys (created_at, id) WHERE bound = 0;
