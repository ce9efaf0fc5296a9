-- Tenants, people, what they sign in with, and what administration sets.
CREATE TABLE tenants (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL,
  settings TEXT COLLATE "C" NOT NULL,
  tenant_key BYTEA NOT NULL
);

CREATE TABLE people (
  id TEXT COLLATE "C" PRIMARY KEY,
  tenant TEXT COLLATE "C" NOT NULL,
  email TEXT COLLATE "C" NOT NULL UNIQUE,
  name TEXT COLLATE "C" NOT NULL,
  role TEXT COLLATE "C" NOT NULL,
  skills TEXT COLLATE "C" NOT NULL,
  password_hash TEXT COLLATE "C",
  totp_secret BYTEA,
  active BIGINT NOT NULL CHECK (active IN (0, 1)),
  created_at BIGINT NOT NULL
);
CREATE INDEX people_by_tenant ON people (tenant, id);

CREATE TABLE endpoints (
  id TEXT COLLATE "C" PRIMARY KEY,
  tenant TEXT COLLATE "C" NOT NULL,
  url TEXT COLLATE "C" NOT NULL,
  events TEXT COLLATE "C" NOT NULL,
  secret BYTEA NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  disabled_at BIGINT
);
CREATE INDEX endpoints_by_tenant ON endpoints (tenant, created_at, id);

CREATE TABLE api_keys (
  hash BYTEA PRIMARY KEY CHECK (length(hash) = 32),
  prefix TEXT COLLATE "C" NOT NULL,
  tenant TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT,
  last_used_at BIGINT
);
CREATE INDEX api_keys_by_tenant ON api_keys (tenant, created_at);

CREATE TABLE policies (
  tenant TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  at BIGINT NOT NULL,
  author TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, version)
);
CREATE TRIGGER policies_fixed BEFORE UPDATE OR DELETE ON policies FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER policies_kept BEFORE TRUNCATE ON policies FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE TABLE sign_in_links (
  hash BYTEA PRIMARY KEY CHECK (length(hash) = 32),
  person TEXT COLLATE "C" NOT NULL REFERENCES people (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX sign_in_links_by_person ON sign_in_links (person);
CREATE INDEX sign_in_links_by_end ON sign_in_links (expires_at);

CREATE TABLE sign_ins (
  hash BYTEA PRIMARY KEY CHECK (length(hash) = 32),
  person TEXT COLLATE "C" NOT NULL REFERENCES people (id),
  created_at BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked BIGINT NOT NULL CHECK (revoked IN (0, 1))
);
CREATE INDEX sign_ins_by_person ON sign_ins (person);
CREATE INDEX sign_ins_by_end ON sign_ins (expires_at);

CREATE TABLE settings (
  key TEXT COLLATE "C" PRIMARY KEY,
  value BYTEA NOT NULL
);
