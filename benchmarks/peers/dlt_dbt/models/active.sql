SELECT DISTINCT q.delivery, unnest([q.mentor_id, q.mentee_id]) AS participant_id
FROM {{ source('raw', 'pairs') }} q JOIN {{ source('raw', 'organisation') }} o USING (delivery)
WHERE q.started_on <= o.as_of AND (q.ended_on IS NULL OR q.ended_on >= date_trunc('year', o.as_of))
