"""Statistics that SQL cannot do, as pure functions; dbt reaches them by its plug-in."""
