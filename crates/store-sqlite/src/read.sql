-- The read model. No migrations: another version of it is deleted and made again from the truth.
CREATE TABLE fed (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  position INTEGER NOT NULL,
  -- The hash of the audit record at that position: whether this was made from that truth.
  audit_hash BLOB NOT NULL,
  -- The start of the machine it was written in, and whether it was closed in order since.
  boot TEXT NOT NULL,
  closed INTEGER NOT NULL CHECK (closed IN (0, 1))
) STRICT;

CREATE TABLE platforms (
  platform_id BLOB NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
  subtype TEXT, external_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  name TEXT NOT NULL, customer_id BLOB NOT NULL, default_role_id BLOB NOT NULL, clock_offset INTEGER NOT NULL,
  body BLOB NOT NULL, PRIMARY KEY (platform_id, id)
) STRICT;

CREATE TABLE api_keys (
  platform_id BLOB NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
  subtype TEXT, external_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  name TEXT NOT NULL, expires_at INTEGER, replaced_by BLOB,
  body BLOB NOT NULL, PRIMARY KEY (platform_id, id)
) STRICT;
CREATE INDEX api_keys_by_id ON api_keys (id);

-- The minutes that API keys were last used in: the one table here that the truth cannot make again.
CREATE TABLE key_uses (
  key_id BLOB PRIMARY KEY, used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE roles (
  platform_id BLOB NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
  subtype TEXT, external_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  name TEXT NOT NULL, revision INTEGER NOT NULL, review_required INTEGER NOT NULL,
  body BLOB NOT NULL, PRIMARY KEY (platform_id, id)
) STRICT;

CREATE TABLE customers (
  platform_id BLOB NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
  subtype TEXT, external_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  name TEXT NOT NULL, email TEXT, role_id BLOB NOT NULL, accounts_open INTEGER NOT NULL, is_platform INTEGER NOT NULL,
  body BLOB NOT NULL, PRIMARY KEY (platform_id, id)
) STRICT;

CREATE TABLE persons (
  platform_id BLOB NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
  subtype TEXT, external_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  customer_id BLOB NOT NULL, name TEXT NOT NULL,
  body BLOB NOT NULL, PRIMARY KEY (platform_id, id)
) STRICT;

-- `number` is what legs name an account by: a few bytes instead of the 32 of platform and id.
CREATE TABLE accounts (
  number INTEGER PRIMARY KEY,
  platform_id BLOB NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
  subtype TEXT, external_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  customer_id BLOB, name TEXT NOT NULL, reference TEXT NOT NULL,
  chart TEXT NOT NULL, asset TEXT NOT NULL, asset_scale INTEGER NOT NULL, asset_kind TEXT NOT NULL,
  legs INTEGER NOT NULL,
  debits_pending_hi INTEGER NOT NULL, debits_pending_lo INTEGER NOT NULL,
  debits_posted_hi INTEGER NOT NULL, debits_posted_lo INTEGER NOT NULL,
  credits_pending_hi INTEGER NOT NULL, credits_pending_lo INTEGER NOT NULL,
  credits_posted_hi INTEGER NOT NULL, credits_posted_lo INTEGER NOT NULL,
  credit_limit_hi INTEGER NOT NULL, credit_limit_lo INTEGER NOT NULL,
  body BLOB NOT NULL, UNIQUE (platform_id, id)
) STRICT;

CREATE TABLE bank_accounts (
  platform_id BLOB NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
  subtype TEXT, external_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  customer_id BLOB NOT NULL, name_check TEXT NOT NULL,
  body BLOB NOT NULL, PRIMARY KEY (platform_id, id)
) STRICT;

CREATE TABLE transactions (
  platform_id BLOB NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
  subtype TEXT, external_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  payer_id BLOB, asset TEXT NOT NULL, asset_scale INTEGER NOT NULL,
  amount_hi INTEGER NOT NULL, amount_lo INTEGER NOT NULL,
  fee_hi INTEGER NOT NULL, fee_lo INTEGER NOT NULL, fee_bearer TEXT NOT NULL,
  captured_hi INTEGER NOT NULL, captured_lo INTEGER NOT NULL,
  refunded_hi INTEGER NOT NULL, refunded_lo INTEGER NOT NULL,
  reference TEXT NOT NULL, description TEXT, hold_id BLOB, rail_outcome TEXT,
  effective_at INTEGER NOT NULL, value_date INTEGER NOT NULL,
  body BLOB NOT NULL, PRIMARY KEY (platform_id, id)
) STRICT;
CREATE INDEX transactions_in_review ON transactions (id) WHERE status = 'in_review';

CREATE TABLE holds (
  platform_id BLOB NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
  subtype TEXT, external_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  transaction_id BLOB NOT NULL, asset TEXT NOT NULL, asset_scale INTEGER NOT NULL,
  amount_hi INTEGER NOT NULL, amount_lo INTEGER NOT NULL,
  posted_hi INTEGER NOT NULL, posted_lo INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  body BLOB NOT NULL, PRIMARY KEY (platform_id, id)
) STRICT;

CREATE TABLE refunds (
  platform_id BLOB NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
  subtype TEXT, external_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  transaction_id BLOB NOT NULL, asset TEXT NOT NULL, asset_scale INTEGER NOT NULL,
  amount_hi INTEGER NOT NULL, amount_lo INTEGER NOT NULL,
  fee_returned_hi INTEGER NOT NULL, fee_returned_lo INTEGER NOT NULL, reason TEXT, rail_outcome TEXT,
  body BLOB NOT NULL, PRIMARY KEY (platform_id, id)
) STRICT;

CREATE TABLE instructions (
  platform_id BLOB NOT NULL, id BLOB NOT NULL, serves TEXT NOT NULL, state TEXT NOT NULL,
  asset TEXT NOT NULL, asset_scale INTEGER NOT NULL,
  amount_hi INTEGER NOT NULL, amount_lo INTEGER NOT NULL, reference TEXT NOT NULL, bank_id TEXT,
  body BLOB NOT NULL, PRIMARY KEY (platform_id, id)
) STRICT;
CREATE INDEX instructions_to_send ON instructions (id) WHERE state IN ('written', 'unknown');

CREATE INDEX customers_by_status ON customers (platform_id, status, id);
CREATE INDEX customers_by_subtype ON customers (platform_id, subtype, id);
CREATE INDEX customers_by_external_id ON customers (platform_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX accounts_by_status ON accounts (platform_id, status, id);
CREATE INDEX accounts_by_subtype ON accounts (platform_id, subtype, id);
CREATE INDEX accounts_by_external_id ON accounts (platform_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX bank_accounts_by_external_id ON bank_accounts (platform_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX persons_by_external_id ON persons (platform_id, external_id) WHERE external_id IS NOT NULL;
-- Nearly all transactions are internal and settled: those are found by walking through all.
CREATE INDEX transactions_by_status ON transactions (platform_id, status, id) WHERE status <> 'settled';
CREATE INDEX transactions_by_subtype ON transactions (platform_id, subtype, id) WHERE subtype <> 'internal';
CREATE INDEX transactions_by_external_id ON transactions (platform_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX holds_by_status ON holds (platform_id, status, id);
CREATE INDEX refunds_by_status ON refunds (platform_id, status, id);
CREATE INDEX refunds_by_external_id ON refunds (platform_id, external_id) WHERE external_id IS NOT NULL;

-- What a resource is of: a customer, an account, a transaction. What moves money is of its accounts,
-- and through them of their customers.
CREATE TABLE links (
  platform_id BLOB NOT NULL, kind TEXT NOT NULL, target BLOB NOT NULL, id BLOB NOT NULL,
  PRIMARY KEY (platform_id, kind, target, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tags (
  platform_id BLOB NOT NULL, kind TEXT NOT NULL, tag TEXT NOT NULL, id BLOB NOT NULL,
  PRIMARY KEY (platform_id, kind, tag, id)
) STRICT, WITHOUT ROWID;

-- Where the commands of a platform are in the truth, which has their answers, audit records, events
-- and entries.
CREATE TABLE history (
  platform_id BLOB NOT NULL, seq INTEGER NOT NULL, created_at INTEGER NOT NULL,
  position INTEGER NOT NULL, events INTEGER NOT NULL,
  PRIMARY KEY (platform_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
  platform_id BLOB NOT NULL, request_id TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (platform_id, request_id, seq)
) STRICT, WITHOUT ROWID;

-- The events of a resource and of a type: `place` counts those of one command.
CREATE TABLE events_of_resources (
  platform_id BLOB NOT NULL, kind TEXT NOT NULL, resource_id BLOB NOT NULL,
  seq INTEGER NOT NULL, place INTEGER NOT NULL,
  PRIMARY KEY (platform_id, kind, resource_id, seq, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE events_of_types (
  platform_id BLOB NOT NULL, type TEXT NOT NULL, seq INTEGER NOT NULL, place INTEGER NOT NULL,
  PRIMARY KEY (platform_id, type, seq, place)
) STRICT, WITHOUT ROWID;

-- The legs of an account stand together, in the order that pages show them in.
CREATE TABLE legs (
  account INTEGER NOT NULL, version INTEGER NOT NULL,
  seq INTEGER NOT NULL, entry_id BLOB NOT NULL, transaction_id BLOB NOT NULL,
  created_at INTEGER NOT NULL, effective_at INTEGER NOT NULL,
  direction TEXT NOT NULL, layer TEXT NOT NULL,
  amount_hi INTEGER NOT NULL, amount_lo INTEGER NOT NULL,
  debits_pending_hi INTEGER NOT NULL, debits_pending_lo INTEGER NOT NULL,
  debits_posted_hi INTEGER NOT NULL, debits_posted_lo INTEGER NOT NULL,
  credits_pending_hi INTEGER NOT NULL, credits_pending_lo INTEGER NOT NULL,
  credits_posted_hi INTEGER NOT NULL, credits_posted_lo INTEGER NOT NULL,
  PRIMARY KEY (account, version)
) STRICT, WITHOUT ROWID;
