{# Outcome: whom it can befall, and whom it befell. #}
{% set outcomes = [
    ('crisis', 'true', 'crises_count > 0'),
    ('planned_ending', 'endings_count > 0', 'planned_count > 0'),
    ('unplanned_ending', 'endings_count > 0', 'unplanned_count > 0'),
] %}

with after as (
    select * from {{ ref('int_outcomes_after') }}
),

outcomes as (
    {% for outcome, can, did in outcomes %}
        select
            complexity_band,
            continuity_third,
            bice_boxerman_index,
            longest_relationship_days,
            '{{ outcome }}' as outcome_type,
            {{ did }} as has_outcome
        from after
        where {{ can }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- all: every band together, each person in the third of their own band
counted as (
    {% for band in ['complexity_band', "'all'"] %}
        select
            {{ band }} as complexity_band,
            continuity_third,
            outcome_type,
            count(*) as people_count,
            count(*) filter (where has_outcome) as with_outcome_count,
            avg(bice_boxerman_index) as average_bice_boxerman_index,
            avg(longest_relationship_days) as average_longest_relationship_days
        from outcomes
        group by {{ band }}, continuity_third, outcome_type
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from counted
