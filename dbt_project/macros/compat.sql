{# The places where engines differ, and the few phrases every model shares. #}

{# The Parquet files of one folder below 02_landed. #}
{% macro landed_parquet(folder) -%}
    {{ read_parquet(var('landed_folder') ~ '/' ~ folder ~ '/*.parquet') }}
{%- endmacro %}


{% macro read_parquet(path) -%}
    {{ return(adapter.dispatch('read_parquet', 'commonground')(path)) }}
{%- endmacro %}

{% macro default__read_parquet(path) -%}
    parquet.`{{ path }}`
{%- endmacro %}

{% macro duckdb__read_parquet(path) -%}
    read_parquet('{{ path | replace("'", "''") }}', union_by_name = true)
{%- endmacro %}


{# Text as recorded, without spaces around it; nothing left is null. #}
{% macro clean_text(column) -%}
    nullif(trim(cast({{ column }} as string)), '')
{%- endmacro %}


{# The day the data speak of: the newest export's date, never the clock. #}
{% macro as_of() -%}
    cast('{{ var("as_of") }}' as date)
{%- endmacro %}


{# dbt's own macro gives a timestamp on some engines; these give a date. #}
{% macro days_after(date, days) -%}
    cast({{ dbt.dateadd('day', days, date) }} as date)
{%- endmacro %}

{% macro months_after(date, months) -%}
    cast({{ dbt.dateadd('month', months, date) }} as date)
{%- endmacro %}

{% macro years_before(date, years) -%}
    cast({{ dbt.dateadd('year', -years, date) }} as date)
{%- endmacro %}

{% macro month_of(date) -%}
    cast({{ dbt.date_trunc('month', date) }} as date)
{%- endmacro %}


{# Marts live in the target's own schema; every other layer in the one it names. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
