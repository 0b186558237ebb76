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


{#
    One end of the 95 % interval of a ratio of two shares by the log method (Katz,
    Baptista, Azen and Pike 1978): (a/n) / (b/m) * exp(-+ z * sqrt(1/a - 1/n + 1/b -
    1/m)), z = 1.959964. Null where either share is none: the log of 0 has no value.
#}
{% macro katz(count, of_count, other_count, of_other_count, sign) -%}
    case
        when {{ count }} > 0 and {{ other_count }} > 0
            then
                {{ share(count, of_count) }}
                / ({{ share(other_count, of_other_count) }})
                * exp(
                    {{ sign }} 1.9599640 * sqrt(
                        cast(1 as double) / {{ count }}
                        - cast(1 as double) / {{ of_count }}
                        + cast(1 as double) / {{ other_count }}
                        - cast(1 as double) / {{ of_other_count }}
                    )
                )
    end
{%- endmacro %}

{% macro katz_low(count, of_count, other_count, of_other_count) -%}
    {{ katz(count, of_count, other_count, of_other_count, '-') }}
{%- endmacro %}

{% macro katz_high(count, of_count, other_count, of_other_count) -%}
    {{ katz(count, of_count, other_count, of_other_count, '+') }}
{%- endmacro %}
