-- Nothing is there yet but the history of migrations.
SELECT count(*) = 0 FROM sqlite_schema WHERE name NOT LIKE 'refinery%' AND name NOT LIKE 'sqlite%';
