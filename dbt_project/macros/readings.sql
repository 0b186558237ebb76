{#
    People counted by the readings of the links (int_links_by_strength): as linked now,
    and the least and the most of the three readings. Fewer people are found where
    weaker evidence joins them, too; yet where something is known of a person by the
    links alone, the strictest reading may find the fewest. The rows counted are people
    of a reading.
#}
{% macro count_by_reading(name, condition='true', relation='') -%}
    {%- set read = (relation ~ '.' if relation) ~ 'link_strength_type' -%}
    {%- set counts = [] -%}
    {%- for reading in ['central', 'loose', 'strict'] -%}
        {%- do counts.append(
            "count(*) filter (where " ~ read ~ " = '" ~ reading ~ "' and "
            ~ condition ~ ")"
        ) -%}
    {%- endfor -%}
    {{ counts[0] }} as {{ name }}_count,
    least({{ counts | join(', ') }}) as {{ name }}_low_count,
    greatest({{ counts | join(', ') }}) as {{ name }}_high_count
{%- endmacro %}


{#
    The people of records that are the same in every reading: loose joins most of them,
    strict the fewest, so the three figures are in order by themselves.
#}
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


{# Rows of a relation as they are, and again as part of the whole: 'all' in a column. #}
{% macro also_as_all(relation, columns, column) -%}
    {% for value in [column, "'all'"] %}
        select
            {{ columns | join(', ') }},
            {{ value }} as {{ column }}
        from {{ relation }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
{%- endmacro %}


{# A figure that nobody could count is not available; it is never shown as none. #}
{% macro status_of(figure) -%}
    case when {{ figure }} is null then 'not_available' else 'published' end
{%- endmacro %}

{# Where the reason stands why there is no figure, no reason means that there is one. #}
{% macro status_by(reason) -%}
    case when {{ reason }} is null then 'published' else 'not_available' end
{%- endmacro %}


{# The share of one count in another, named after the first, with Wilson's interval. #}
{% macro share_with_interval(name, of_name) -%}
    cast({{ share(name ~ '_count', of_name ~ '_count') }} as double)
        as {{ name }}_share,
    cast({{ wilson_low(name ~ '_count', of_name ~ '_count') }} as double)
        as {{ name }}_share_low,
    cast({{ wilson_high(name ~ '_count', of_name ~ '_count') }} as double)
        as {{ name }}_share_high
{%- endmacro %}
