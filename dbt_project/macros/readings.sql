{#
    People counted by each reading of the links (int_links_by_strength): as linked now,
    joined by weaker evidence too (fewer people, the low figure), and by the strongest
    alone (more people, the high figure). The rows counted are people of a reading.
#}
{% macro count_by_reading(name, condition='true', relation='') -%}
    {%- set read = (relation ~ '.' if relation) ~ 'link_strength_type' -%}
    {%- for end, reading in [('', 'central'), ('low_', 'loose'), ('high_', 'strict')] %}
        count(*) filter (
            where {{ read }} = '{{ reading }}' and {{ condition }}
        ) as {{ name }}_{{ end }}count{{ ',' if not loop.last }}
    {%- endfor %}
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
