{# Phrases that the measures of failures share. #}

{# People by each reading of the links: loose joins most records, strict the fewest. #}
{% macro people_by_strength(links) -%}
    {% for name, strength in [
        ('people_low_count', 'loose'),
        ('people_count', 'central'),
        ('people_high_count', 'strict'),
    ] %}
        count(
            distinct case
                when {{ links }}.link_strength_type = '{{ strength }}'
                    then {{ links }}.person_id
            end
        ) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}
