CREATE TABLE store (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  mode TEXT NOT NULL CHECK (mode IN ('test', 'live'))
) STRICT;

CREATE TABLE heads (
  platform_id BLOB PRIMARY KEY CHECK (length(platform_id) = 16),
  seq INTEGER NOT NULL CHECK (seq > 0),
  created_at INTEGER NOT NULL,
  audit_hash BLOB NOT NULL CHECK (length(audit_hash) = 32),
  entry_hash BLOB NOT NULL CHECK (length(entry_hash) = 32),
  clock_offset INTEGER NOT NULL CHECK (clock_offset >= 0)
) STRICT, WITHOUT ROWID;

-- The journal: a row a command, with its answer, its audit record and, if money moved, its entry.
CREATE TABLE commands (
  position INTEGER PRIMARY KEY CHECK (position > 0),
  platform_id BLOB NOT NULL CHECK (length(platform_id) = 16),
  seq INTEGER NOT NULL CHECK (seq > 0),
  created_at INTEGER NOT NULL,
  scope BLOB CHECK (length(scope) = 16),
  key TEXT CHECK (key <> ''),
  fingerprint BLOB CHECK (length(fingerprint) = 32),
  status INTEGER NOT NULL CHECK (status BETWEEN 100 AND 599),
  audit BLOB NOT NULL,
  transaction_id BLOB CHECK (length(transaction_id) = 16),
  transition_no INTEGER CHECK (transition_no >= 0),
  entry BLOB,
  changed BLOB,
  -- Last, because it is long and not read where the others are.
  body BLOB NOT NULL,
  CHECK ((scope IS NULL) = (key IS NULL) AND (key IS NULL) = (fingerprint IS NULL)),
  CHECK ((transaction_id IS NULL) = (transition_no IS NULL) AND (transition_no IS NULL) = (entry IS NULL))
) STRICT;
CREATE UNIQUE INDEX transitions ON commands (transaction_id, transition_no)
  WHERE transaction_id IS NOT NULL;

CREATE TABLE assets (
  platform_id BLOB NOT NULL CHECK (length(platform_id) = 16),
  code TEXT NOT NULL CHECK (length(code) BETWEEN 2 AND 12),
  scale INTEGER NOT NULL CHECK (scale BETWEEN 0 AND 30),
  kind TEXT NOT NULL CHECK (kind IN ('fiat', 'crypto', 'points')),
  PRIMARY KEY (platform_id, code),
  UNIQUE (platform_id, code, scale, kind)
) STRICT, WITHOUT ROWID;

-- What entries leave as it is of an account, found by id; under its number stand its counters.
CREATE TABLE accounts (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL CHECK (length(id) = 16),
  platform_id BLOB NOT NULL CHECK (length(platform_id) = 16),
  chart TEXT NOT NULL,
  asset TEXT NOT NULL,
  asset_scale INTEGER NOT NULL,
  asset_kind TEXT NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (id, platform_id),
  FOREIGN KEY (platform_id, asset, asset_scale, asset_kind)
    REFERENCES assets (platform_id, code, scale, kind)
) STRICT;

-- What every entry changes of an account: as few bytes as will do, because each commit writes whole pages.
CREATE TABLE counters (
  number INTEGER PRIMARY KEY REFERENCES accounts (number),
  liability INTEGER NOT NULL CHECK (liability IN (0, 1)),
  legs INTEGER NOT NULL CHECK (legs >= 0),
  debits_pending_hi INTEGER NOT NULL CHECK (debits_pending_hi BETWEEN 0 AND 999999999999999999),
  debits_pending_lo INTEGER NOT NULL CHECK (debits_pending_lo BETWEEN 0 AND 999999999999999999),
  debits_posted_hi INTEGER NOT NULL CHECK (debits_posted_hi BETWEEN 0 AND 999999999999999999),
  debits_posted_lo INTEGER NOT NULL CHECK (debits_posted_lo BETWEEN 0 AND 999999999999999999),
  credits_pending_hi INTEGER NOT NULL CHECK (credits_pending_hi BETWEEN 0 AND 999999999999999999),
  credits_pending_lo INTEGER NOT NULL CHECK (credits_pending_lo BETWEEN 0 AND 999999999999999999),
  credits_posted_hi INTEGER NOT NULL CHECK (credits_posted_hi BETWEEN 0 AND 999999999999999999),
  credits_posted_lo INTEGER NOT NULL CHECK (credits_posted_lo BETWEEN 0 AND 999999999999999999),
  credit_limit_hi INTEGER NOT NULL CHECK (credit_limit_hi BETWEEN 0 AND 999999999999999999),
  credit_limit_lo INTEGER NOT NULL CHECK (credit_limit_lo BETWEEN 0 AND 999999999999999999),
  -- available = hi * 10^18 + lo >= 0. lo lies within two times 10^18 either way, so a hi beyond two
  -- decides alone, and cut to two the sum fits into 64 bits.
  CHECK (
    liability = 0
    OR min(max(credits_posted_hi + credit_limit_hi - debits_posted_hi - debits_pending_hi, -2), 2)
        * 1000000000000000000
      + credits_posted_lo + credit_limit_lo - debits_posted_lo - debits_pending_lo >= 0
  )
) STRICT;

CREATE TABLE transactions (
  id BLOB NOT NULL CHECK (length(id) = 16),
  platform_id BLOB NOT NULL CHECK (length(platform_id) = 16),
  captured_hi INTEGER NOT NULL CHECK (captured_hi BETWEEN 0 AND 999999999999999999),
  captured_lo INTEGER NOT NULL CHECK (captured_lo BETWEEN 0 AND 999999999999999999),
  refunded_hi INTEGER NOT NULL CHECK (refunded_hi BETWEEN 0 AND 999999999999999999),
  refunded_lo INTEGER NOT NULL CHECK (refunded_lo BETWEEN 0 AND 999999999999999999),
  body BLOB NOT NULL,
  PRIMARY KEY (id, platform_id),
  CHECK ((refunded_hi, refunded_lo) <= (captured_hi, captured_lo))
) STRICT;

CREATE TABLE holds (
  id BLOB NOT NULL CHECK (length(id) = 16),
  platform_id BLOB NOT NULL CHECK (length(platform_id) = 16),
  status TEXT NOT NULL CHECK (status IN ('active', 'posted', 'voided', 'expired')),
  amount_hi INTEGER NOT NULL CHECK (amount_hi BETWEEN 0 AND 999999999999999999),
  amount_lo INTEGER NOT NULL CHECK (amount_lo BETWEEN 0 AND 999999999999999999),
  posted_hi INTEGER NOT NULL CHECK (posted_hi BETWEEN 0 AND 999999999999999999),
  posted_lo INTEGER NOT NULL CHECK (posted_lo BETWEEN 0 AND 999999999999999999),
  body BLOB NOT NULL,
  PRIMARY KEY (id, platform_id),
  CHECK ((posted_hi, posted_lo) <= (amount_hi, amount_lo))
) STRICT;

-- Platforms, keys, roles, customers, persons, bank accounts, refunds and instructions.
CREATE TABLE resources (
  kind TEXT NOT NULL,
  id BLOB NOT NULL CHECK (length(id) = 16),
  platform_id BLOB NOT NULL CHECK (length(platform_id) = 16),
  body BLOB NOT NULL,
  PRIMARY KEY (kind, id, platform_id)
) STRICT;

CREATE TABLE windows (
  customer_id BLOB NOT NULL CHECK (length(customer_id) = 16),
  capability TEXT NOT NULL,
  asset TEXT NOT NULL,
  platform_id BLOB NOT NULL CHECK (length(platform_id) = 16),
  body BLOB NOT NULL,
  PRIMARY KEY (customer_id, capability, asset, platform_id)
) STRICT;

CREATE TABLE names (
  platform_id BLOB NOT NULL CHECK (length(platform_id) = 16),
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  target BLOB NOT NULL CHECK (length(target) = 16),
  PRIMARY KEY (platform_id, kind, text)
) STRICT;

-- Names of transactions: as many as there are payments, so in the order of time, found by the
-- writer's own index.
CREATE TABLE transaction_names (
  number INTEGER PRIMARY KEY,
  platform_id BLOB NOT NULL CHECK (length(platform_id) = 16),
  text TEXT NOT NULL,
  target BLOB NOT NULL CHECK (length(target) = 16)
) STRICT;

CREATE TABLE due (
  platform_id BLOB NOT NULL CHECK (length(platform_id) = 16),
  kind TEXT NOT NULL,
  id BLOB NOT NULL CHECK (length(id) = 16),
  due_at INTEGER NOT NULL,
  PRIMARY KEY (platform_id, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX due_by_time ON due (platform_id, due_at);

PRAGMA user_version = 1;
