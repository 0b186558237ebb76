{# The common shape of an episode, sector by sector: the one list of its columns. #}
{% macro episode_columns() %}
    episode_id,
    record_id,
    provider,
    worker_id,
    service_type,
    recorded_decision_type,
    recorded_end_type,
    recorded_source_type,
    referral_date,
    decision_date,
    start_date,
    end_date
{% endmacro %}
