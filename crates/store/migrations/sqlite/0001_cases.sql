-- Cases and what is found with them. State is sealed before it comes here.
CREATE TABLE cases (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  reference TEXT NOT NULL,
  phase TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  locale TEXT NOT NULL,
  reasons TEXT NOT NULL,
  agent TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deadline_at INTEGER,
  queued_at INTEGER,
  recovered_seconds INTEGER,
  name_tokens TEXT NOT NULL,
  state BLOB NOT NULL,
  state_hash BLOB NOT NULL CHECK (length(state_hash) = 32),
  case_key BLOB NOT NULL
) STRICT;
CREATE INDEX cases_by_time ON cases (tenant, created_at, id);
CREATE INDEX cases_by_reference ON cases (tenant, reference, created_at, id);
CREATE INDEX cases_by_agent ON cases (tenant, agent, created_at, id);
CREATE INDEX cases_by_phase ON cases (phase, id);
CREATE INDEX cases_by_tenant_phase ON cases (tenant, phase, created_at, id);
CREATE INDEX cases_due ON cases (deadline_at, id) WHERE deadline_at IS NOT NULL;

-- Reasons (`r:`) and blind name tokens (`n:`) of each case.
CREATE TABLE case_terms (
  tenant TEXT NOT NULL,
  term TEXT NOT NULL,
  case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
  PRIMARY KEY (tenant, term, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_terms_by_case ON case_terms (case_id);

CREATE TABLE links (
  token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
  case_id TEXT NOT NULL REFERENCES cases (id),
  invitation TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX links_by_case ON links (case_id, created_at);

CREATE TABLE agents (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  presence TEXT NOT NULL,
  state TEXT NOT NULL,
  deadline_at INTEGER,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX agents_by_tenant ON agents (tenant, id);
CREATE INDEX agents_due ON agents (deadline_at, id) WHERE deadline_at IS NOT NULL;

CREATE TABLE marks (
  ord INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  case_id TEXT NOT NULL,
  agent TEXT,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  value INTEGER NOT NULL
) STRICT;
CREATE INDEX marks_by_time ON marks (tenant, at, kind, value, agent);

CREATE TABLE reports (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  case_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  reasons TEXT NOT NULL,
  document INTEGER,
  face INTEGER,
  liveness INTEGER,
  jurisdiction TEXT NOT NULL,
  mode TEXT NOT NULL,
  rule TEXT NOT NULL
) STRICT;
CREATE INDEX reports_by_time ON reports (tenant, at, id);

CREATE TABLE idempotency (
  tenant TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
  status INTEGER NOT NULL,
  response BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, key)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (created_at);
