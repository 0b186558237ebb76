"""Building the marts: dbt run inside this process."""
