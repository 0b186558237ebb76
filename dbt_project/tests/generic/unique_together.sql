{# Fails for each set of values that several rows share: the columns are the grain. #}
{% test unique_together(model, columns) %}
select count(*) as rows_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
