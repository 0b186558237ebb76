{#
    Values that may signal a need, in one shape, from several datasets of a sector.

    Each candidate is (dataset, field, day it speaks of, value): the value is the
    field itself unless it is given. Which values count stands in the seed
    need_evidence.
#}
{% macro need_evidence(sector, candidates) %}
{% for dataset, field, day, value in candidates %}
select
    record_id,
    provider,
    '{{ sector }}' as sector,
    '{{ dataset }}' as dataset,
    '{{ field }}' as field,
    cast({{ value or field }} as string) as code,
    -- a value without a day of its own was true when it arrived
    coalesce(cast({{ day or 'null' }} as date), _export_date) as recorded_date
from {{ ref('stg_' ~ sector ~ '__' ~ dataset) }}
{{ 'union all' if not loop.last }}
{% endfor %}
{% endmacro %}
