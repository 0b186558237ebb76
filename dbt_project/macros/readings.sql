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


{# A figure that nobody could count is not available; it is never shown as none. #}
{% macro status_of(figure) -%}
    case when {{ figure }} is null then 'not_available' else 'published' end
{%- endmacro %}


{# The share of one count in another, named after the first, with Wilson's interval. #}
{% macro share_with_interval(name, of_name) -%}
    {{ share(name ~ '_count', of_name ~ '_count') }} as {{ name }}_share,
    {{ wilson_low(name ~ '_count', of_name ~ '_count') }} as {{ name }}_share_low,
    {{ wilson_high(name ~ '_count', of_name ~ '_count') }} as {{ name }}_share_high
{%- endmacro %}
