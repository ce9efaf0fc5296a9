-- Cases and what is found with them. State is sealed before it comes here.
CREATE TABLE cases (
  id TEXT COLLATE "C" PRIMARY KEY,
  tenant TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  reference TEXT COLLATE "C" NOT NULL,
  phase TEXT COLLATE "C" NOT NULL,
  jurisdiction TEXT COLLATE "C" NOT NULL,
  locale TEXT COLLATE "C" NOT NULL,
  reasons TEXT COLLATE "C" NOT NULL,
  agent TEXT COLLATE "C",
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deadline_at BIGINT,
  queued_at BIGINT,
  recovered_seconds BIGINT,
  name_tokens TEXT COLLATE "C" NOT NULL,
  state BYTEA NOT NULL,
  state_hash BYTEA NOT NULL CHECK (length(state_hash) = 32),
  case_key BYTEA NOT NULL
);
CREATE INDEX cases_by_time ON cases (tenant, created_at, id);
CREATE INDEX cases_by_reference ON cases (tenant, reference, created_at, id);
CREATE INDEX cases_by_agent ON cases (tenant, agent, created_at, id);
CREATE INDEX cases_by_phase ON cases (phase, id);
CREATE INDEX cases_by_tenant_phase ON cases (tenant, phase, created_at, id);
CREATE INDEX cases_due ON cases (deadline_at, id) WHERE deadline_at IS NOT NULL;

-- Reasons (`r:`) and blind name tokens (`n:`) of each case.
CREATE TABLE case_terms (
  tenant TEXT COLLATE "C" NOT NULL,
  term TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
  PRIMARY KEY (tenant, term, case_id)
);
CREATE INDEX case_terms_by_case ON case_terms (case_id);

CREATE TABLE links (
  token_hash BYTEA PRIMARY KEY CHECK (length(token_hash) = 32),
  case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id),
  invitation TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX links_by_case ON links (case_id, created_at);

CREATE TABLE agents (
  id TEXT COLLATE "C" PRIMARY KEY,
  tenant TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  presence TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  deadline_at BIGINT,
  updated_at BIGINT NOT NULL
);
CREATE INDEX agents_by_tenant ON agents (tenant, id);
CREATE INDEX agents_due ON agents (deadline_at, id) WHERE deadline_at IS NOT NULL;

CREATE TABLE marks (
  ord BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  agent TEXT COLLATE "C",
  kind TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  value BIGINT NOT NULL
);
CREATE INDEX marks_by_time ON marks (tenant, at, kind, value, agent);

CREATE TABLE reports (
  id TEXT COLLATE "C" PRIMARY KEY,
  tenant TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  reference TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  reasons TEXT COLLATE "C" NOT NULL,
  document BIGINT,
  face BIGINT,
  liveness BIGINT,
  jurisdiction TEXT COLLATE "C" NOT NULL,
  mode TEXT COLLATE "C" NOT NULL,
  rule TEXT COLLATE "C" NOT NULL
);
CREATE INDEX reports_by_time ON reports (tenant, at, id);

CREATE TABLE idempotency (
  tenant TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  request_hash BYTEA NOT NULL CHECK (length(request_hash) = 32),
  status BIGINT NOT NULL,
  response BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);
