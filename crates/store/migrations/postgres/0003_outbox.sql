-- What is to be sent. A lane is one case to one receiver; only its first pending row may go.
CREATE TABLE deliveries (
  ord BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL UNIQUE,
  tenant TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C",
  seq BIGINT NOT NULL,
  channel TEXT COLLATE "C" NOT NULL,
  endpoint TEXT COLLATE "C",
  event TEXT COLLATE "C" NOT NULL,
  payload BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  lane TEXT COLLATE "C" NOT NULL,
  -- When it may go by itself; next_at is later while the head of its lane is being retried.
  not_before BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
  attempts BIGINT NOT NULL,
  -- Counts every claim and so names the one that holds.
  claims BIGINT NOT NULL,
  lease_until BIGINT,
  last_status BIGINT,
  last_error TEXT COLLATE "C",
  settled_at BIGINT
);
CREATE INDEX deliveries_due ON deliveries (next_at, ord) WHERE state = 'pending';
CREATE INDEX deliveries_in_lane ON deliveries (lane, seq, ord) WHERE state = 'pending';
CREATE INDEX deliveries_dead ON deliveries (ord) WHERE state = 'dead';
CREATE INDEX deliveries_by_case ON deliveries (case_id, seq, ord) WHERE case_id IS NOT NULL;
CREATE INDEX deliveries_by_tenant ON deliveries (tenant, ord);
