-- Each SELECT must answer 1. A row that a constraint refuses is ignored, so changes() stays 0.
SELECT user_version = 1 FROM pragma_user_version;
PRAGMA foreign_keys = ON;

INSERT INTO store VALUES (1, 'test');
INSERT OR IGNORE INTO store VALUES (2, 'live');
SELECT changes() = 0;

INSERT INTO commands VALUES (1, zeroblob(16), 1, 5, zeroblob(16), 'k', zeroblob(32), 201, x'', zeroblob(16), 1, x'', NULL, x'');
INSERT OR IGNORE INTO commands VALUES (2, zeroblob(16), 2, 6, NULL, 'k', NULL, 201, x'', NULL, NULL, NULL, NULL, x'');
SELECT changes() = 0;
INSERT OR IGNORE INTO commands VALUES (2, zeroblob(16), 2, 6, NULL, NULL, NULL, 201, x'', zeroblob(16), 1, x'', NULL, x'');
SELECT changes() = 0;
INSERT OR IGNORE INTO commands VALUES (2, zeroblob(16), 2, 6, NULL, NULL, NULL, 201, x'', zeroblob(16), 2, NULL, NULL, x'');
SELECT changes() = 0;
INSERT INTO commands VALUES (2, zeroblob(16), 2, 6, NULL, NULL, NULL, 201, x'', NULL, NULL, NULL, NULL, x'');

INSERT INTO assets VALUES (zeroblob(16), 'GBP', 2, 'fiat');
INSERT OR IGNORE INTO assets VALUES (zeroblob(16), 'GBP', 3, 'fiat');
SELECT changes() = 0;

-- An account counts in an asset that the platform has, and its counters are those of an account.
INSERT INTO accounts VALUES (1, x'00000000000000000000000000000001', zeroblob(16), 'liability:customer', 'GBP', 2, 'fiat', x'');
INSERT OR IGNORE INTO accounts VALUES (2, x'00000000000000000000000000000001', zeroblob(16), 'liability:customer', 'GBP', 2, 'fiat', x'');
SELECT changes() = 0;
INSERT INTO accounts VALUES (2, x'00000000000000000000000000000002', zeroblob(16), 'liability:customer', 'GBP', 2, 'fiat', x'');
INSERT INTO accounts VALUES (3, x'00000000000000000000000000000003', zeroblob(16), 'asset:clearing:bank', 'GBP', 2, 'fiat', x'');
SELECT count(*) = 3 FROM accounts;

-- Overdrawn by one; within its limit; overdrawn by one below 10^18; not a liability.
INSERT OR IGNORE INTO counters VALUES (1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
SELECT changes() = 0;
INSERT INTO counters VALUES (1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1);
INSERT OR IGNORE INTO counters VALUES (2, 1, 1, 0, 0, 1, 0, 0, 0, 0, 999999999999999999, 0, 0);
SELECT changes() = 0;
INSERT INTO counters VALUES (2, 1, 1, 0, 999999999999999999, 0, 1, 0, 0, 1, 0, 0, 0);
INSERT INTO counters VALUES (3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0);
SELECT count(*) = 3 FROM counters;

INSERT OR IGNORE INTO transactions VALUES (zeroblob(16), zeroblob(16), 1, 0, 1, 1, x'');
SELECT changes() = 0;
INSERT INTO transactions VALUES (zeroblob(16), zeroblob(16), 1, 0, 0, 999999999999999999, x'');

INSERT OR IGNORE INTO holds VALUES (zeroblob(16), zeroblob(16), 'posted', 0, 9, 0, 10, x'');
SELECT changes() = 0;
INSERT INTO holds VALUES (zeroblob(16), zeroblob(16), 'posted', 0, 9, 0, 9, x'');
