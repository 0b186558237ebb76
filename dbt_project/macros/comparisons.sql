{#
    One end of Newcombe's 95 % interval of a difference of two shares (Newcombe 1998,
    method 10), from the shares and the ends of their Wilson intervals. The low end:
    p1 - p2 - sqrt((p1 - low1)^2 + (high2 - p2)^2).
#}
{% macro newcombe_low(share, low, other_share, other_high) -%}
    {{ share }} - {{ other_share }} - sqrt(
        ({{ share }} - {{ low }}) * ({{ share }} - {{ low }})
        + ({{ other_high }} - {{ other_share }}) * ({{ other_high }} - {{ other_share }})
    )
{%- endmacro %}

{# The high end is the low end of the difference the other way round, turned about. #}
{% macro newcombe_high(share, high, other_share, other_low) -%}
    -1 * ({{ newcombe_low(other_share, other_low, share, high) }})
{%- endmacro %}
