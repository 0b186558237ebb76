with factors as (
    select * from {{ ref('int_people_factors') }}
),

weights as (
    select * from {{ ref('complexity_weights') }}
),

ndt as (
    select * from {{ ref('int_people_ndt') }}
),

most as (
    select cast(sum(weight * cap_count) as double) as most_points from weights
),

scored as (
    select
        factors.person_id,
        factors.period_type,
        sum(weights.weight * least(factors.factor_count, weights.cap_count)) as points,
        sum(weights.weight * factors.factor_count) as uncapped_points
    from factors
    inner join weights on factors.factor = weights.factor
    group by factors.person_id, factors.period_type
),

-- an assessment of the person says more than counts of what happened to them; its
-- scale ends at 48 and ours elsewhere, so the two are ranked by their share of the most
judged as (
    select
        scored.person_id,
        scored.period_type,
        scored.uncapped_points,
        cast(coalesce(ndt.total_score, scored.points) as integer) as complexity_score,
        case when ndt.total_score is null then 'proxy' else 'ndt' end as score_type,
        coalesce(ndt.total_score / 48.0, scored.points / most.most_points)
            as complexity_share
    from scored
    cross join most
    left join ndt
        on
            scored.person_id = ndt.person_id
            and scored.period_type = ndt.period_type
),

-- scores are few and shared by many: what the caps cut off parts them, then chance
ranked as (
    select
        person_id,
        period_type,
        complexity_score,
        score_type,
        {% for name, parts in [('decile', 10), ('quarter', 4)] %}
            ntile({{ parts }}) over (
                partition by period_type
                order by complexity_share, uncapped_points, person_id
            ) as complexity_{{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from judged
)

select * from ranked
