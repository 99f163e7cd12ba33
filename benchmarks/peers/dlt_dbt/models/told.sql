SELECT delivery || '/' || q.mentor_id AS mentor, delivery || '/' || q.mentee_id AS mentee,
       q.started_on <= o.as_of AS begun, q.ended_on IS NULL OR q.ended_on >= q.started_on AS ends_after
FROM {{ source('raw', 'pairs') }} q JOIN {{ source('raw', 'organisation') }} o USING (delivery)
