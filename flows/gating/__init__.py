"""How gates judge: suites from YAML, Great Expectations over DuckDB."""
