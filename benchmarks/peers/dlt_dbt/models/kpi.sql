WITH involved AS (
    SELECT p.delivery, count(DISTINCT p.participant_id) AS involved
    FROM {{ source('raw', 'participants') }} p
    JOIN {{ ref('active') }} q ON q.delivery = p.delivery AND q.participant_id = p.participant_id
    WHERE p.category = 'обучающийся'
    GROUP BY 1
), enrolled AS (
    SELECT delivery, sum(students)::BIGINT AS enrolled FROM {{ source('raw', 'enrolment') }} GROUP BY 1
)
SELECT o.institution, coalesce(i.involved, 0) AS involved, e.enrolled
FROM {{ source('raw', 'organisation') }} o JOIN enrolled e USING (delivery) LEFT JOIN involved i USING (delivery)
