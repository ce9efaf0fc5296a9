-- What is to be sent. A lane is one case to one receiver; only its first pending row may go.
CREATE TABLE deliveries (
  ord INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  case_id TEXT,
  seq INTEGER NOT NULL,
  channel TEXT NOT NULL,
  endpoint TEXT,
  event TEXT NOT NULL,
  payload BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  lane TEXT NOT NULL,
  -- When it may go by itself; next_at is later while the head of its lane is being retried.
  not_before INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
  attempts INTEGER NOT NULL,
  -- Counts every claim and so names the one that holds.
  claims INTEGER NOT NULL,
  lease_until INTEGER,
  last_status INTEGER,
  last_error TEXT,
  settled_at INTEGER
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_at, ord) WHERE state = 'pending';
CREATE INDEX deliveries_in_lane ON deliveries (lane, seq, ord) WHERE state = 'pending';
CREATE INDEX deliveries_dead ON deliveries (ord) WHERE state = 'dead';
CREATE INDEX deliveries_by_case ON deliveries (case_id, seq, ord) WHERE case_id IS NOT NULL;
CREATE INDEX deliveries_by_tenant ON deliveries (tenant, ord);
