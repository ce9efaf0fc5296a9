-- Tenants, people, what they sign in with, and what administration sets.
CREATE TABLE tenants (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  tenant_key BLOB NOT NULL
) STRICT;

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  skills TEXT NOT NULL,
  password_hash TEXT,
  totp_secret BLOB,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX people_by_tenant ON people (tenant, id);

CREATE TABLE endpoints (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  secret BLOB NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  disabled_at INTEGER
) STRICT;
CREATE INDEX endpoints_by_tenant ON endpoints (tenant, created_at, id);

CREATE TABLE api_keys (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  prefix TEXT NOT NULL,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER,
  last_used_at INTEGER
) STRICT;
CREATE INDEX api_keys_by_tenant ON api_keys (tenant, created_at);

CREATE TABLE policies (
  tenant TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, version)
) STRICT;
CREATE TRIGGER policies_new BEFORE INSERT ON policies
WHEN EXISTS (SELECT 1 FROM policies WHERE tenant = NEW.tenant AND version = NEW.version)
BEGIN
  SELECT RAISE(ABORT, 'policies are append-only');
END;
CREATE TRIGGER policies_fixed BEFORE UPDATE ON policies
BEGIN
  SELECT RAISE(ABORT, 'policies are append-only');
END;
CREATE TRIGGER policies_kept BEFORE DELETE ON policies
BEGIN
  SELECT RAISE(ABORT, 'policies are append-only');
END;

CREATE TABLE sign_in_links (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  person TEXT NOT NULL REFERENCES people (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX sign_in_links_by_person ON sign_in_links (person);
CREATE INDEX sign_in_links_by_end ON sign_in_links (expires_at);

CREATE TABLE sign_ins (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  person TEXT NOT NULL REFERENCES people (id),
  created_at INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked INTEGER NOT NULL CHECK (revoked IN (0, 1))
) STRICT;
CREATE INDEX sign_ins_by_person ON sign_ins (person);
CREATE INDEX sign_ins_by_end ON sign_ins (expires_at);

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;
