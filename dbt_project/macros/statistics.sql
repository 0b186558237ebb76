{#
    Figures every measure is held to. A rate carries its counts, and an interval that
    says how far chance alone could move it.
#}

{# A share, or null where there is nothing to share: neither 0 % nor 100 %. #}
{% macro share(count, of_count) -%}
    cast({{ count }} as double) / nullif({{ of_count }}, 0)
{%- endmacro %}


{#
    One end of Wilson's 95 % interval of a share (Wilson 1927): k of n, z = 1.959964.
    (k + z*z/2 -+ z * sqrt(k * (n - k) / n + z*z/4)) / (n + z*z), null where n is 0.
#}
{% macro wilson(count, of_count, sign) -%}
    case
        when {{ of_count }} > 0
            then
                (
                    {{ count }} + 1.9207294
                    {{ sign }} 1.9599640 * sqrt(
                        cast({{ count }} as double) * ({{ of_count }} - {{ count }})
                        / {{ of_count }}
                        + 0.9603647
                    )
                )
                / ({{ of_count }} + 3.8414588)
    end
{%- endmacro %}

{% macro wilson_low(count, of_count) -%}
    {{ wilson(count, of_count, '-') }}
{%- endmacro %}

{% macro wilson_high(count, of_count) -%}
    {{ wilson(count, of_count, '+') }}
{%- endmacro %}
