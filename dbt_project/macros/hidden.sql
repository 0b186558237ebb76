{#
    The 15 histories of someone on at least one of the four lists: a digit a sector, 1
    for those served, in the order homelessness, drugs, offending, mental health. They
    stand in the order that estimate_hidden() takes its counts in.
#}
{% macro capture_histories() -%}
    {%- set histories = [] -%}
    {%- for number in range(15, 0, -1) -%}
        {%- do histories.append('{:04b}'.format(number)) -%}
    {%- endfor -%}
    {{ return(histories) }}
{%- endmacro %}


{#
    The estimate of people in all, a struct. SQL has no such function: on DuckDB the
    plug-in that the profile names adds it; another engine is given it the same way.
#}
{% macro estimate_hidden(highest_term, models_near) -%}
    estimate_hidden(
        [
            {%- for history in capture_histories() %}
            people_{{ history }}_count{{ ',' if not loop.last }}
            {%- endfor %}
        ],
        {{ highest_term }},
        {{ models_near }}
    )
{%- endmacro %}


{# People on each list of a group at least; lists are numbered from 0, as in a history. #}
{% macro people_on_lists(group) -%}
    {%- set counts = [] -%}
    {%- for history in capture_histories() -%}
        {%- set on = [] -%}
        {%- for number in group if history[number] == '1' -%}
            {%- do on.append(number) -%}
        {%- endfor -%}
        {%- if on | length == group | length -%}
            {%- do counts.append('people_' ~ history ~ '_count') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ counts | join(' + ') }}
{%- endmacro %}


{# Of the 15 histories, how many have nobody. #}
{% macro empty_histories_count() -%}
    {%- for history in capture_histories() -%}
        case when people_{{ history }}_count = 0 then 1 else 0 end
        {{- ' + ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# Of the four sectors, how many have an export that covers the period. #}
{% macro sectors_covered_count() -%}
    {%- for sector in ['homelessness', 'drugs', 'offending', 'mental_health'] -%}
        cast(is_{{ sector }}_covered as integer){{ ' + ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
