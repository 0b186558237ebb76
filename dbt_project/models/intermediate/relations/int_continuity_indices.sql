with contacts as (
    select * from {{ ref('int_contacts_by_year') }}
),

by_worker as (
    select
        person_id,
        period_type,
        worker_id,
        count(*) as contacts_count
    from contacts
    group by person_id, period_type, worker_id
),

totals as (
    select
        person_id,
        period_type,
        sum(contacts_count) as contacts_count,
        -- from here on: contacts that name a worker
        coalesce(sum(case when worker_id is not null then contacts_count end), 0)
            as named_contacts_count,
        count(worker_id) as distinct_workers_count,
        max(case when worker_id is not null then contacts_count end)
            as usual_worker_contacts_count,
        coalesce(
            sum(
                case
                    when worker_id is not null then contacts_count * contacts_count
                end
            ),
            0
        ) as squared_contacts_sum
    from by_worker
    group by person_id, period_type
),

-- the share of contacts with the usual worker; and Bice and Boxerman's index (1977):
-- how much likelier than never it is that two contacts were with the same worker
indices as (
    select
        person_id,
        period_type,
        contacts_count,
        named_contacts_count,
        distinct_workers_count,
        {{ share('usual_worker_contacts_count', 'named_contacts_count') }}
            as usual_provider_index,
        {{ share(
            'squared_contacts_sum - named_contacts_count',
            'named_contacts_count * (named_contacts_count - 1)',
        ) }} as bice_boxerman_index
    from totals
)

select * from indices
