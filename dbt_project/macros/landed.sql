{#
    One row per contract key of a landed dataset, as its newest export has it.

    Three steps. A source row lands again whenever it changes: its newest landing
    counts. A row its provider has withdrawn since is gone. Several source rows may
    carry the same dataset row (an NDTMS return repeats the episode beside each
    modality): the newest of them counts, and within one export the last line.
#}
{% macro landed(sector, dataset, key) %}
(
    select live_rows.*
    from (
        select landings.*
        from {{ landed_parquet(sector ~ '/' ~ dataset) }} as landings
        qualify row_number() over (
            partition by landings._row_id
            order by
                landings._export_date desc,
                landings._received_at desc,
                landings._export_id desc
        ) = 1
    ) as live_rows
    left join {{ ref('stg_commonground__withdrawals') }} as withdrawals
        on
            live_rows._row_id = withdrawals._row_id
            and live_rows._export_id = withdrawals._landed_export_id
    -- drops rows whose newest landing was withdrawn
    where withdrawals._row_id is null
    qualify row_number() over (
        partition by
            {%- for column in key %}
            live_rows.{{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        order by
            live_rows._export_date desc,
            live_rows._received_at desc,
            live_rows._export_id desc,
            live_rows._line_number desc,
            live_rows._row_id
    ) = 1
) as landed_rows
{% endmacro %}
