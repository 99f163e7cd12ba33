SELECT delivery || '/' || participant_id AS person FROM {{ source('raw', 'participants') }}
