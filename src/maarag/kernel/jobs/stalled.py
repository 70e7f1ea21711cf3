"""Jobs whose worker died are given to the others."""

from __future__ import annotations

LIMIT = 10
"""A job that was begun this often and never ended is given up as failed: it may be what kills the workers."""

RESCUE = """
WITH dead AS (
    SELECT id FROM procrastinate_workers
    WHERE last_heartbeat < now() - make_interval(secs => %(silence)s)
), stalled AS (
    SELECT job.id, job.attempts, job.abort_requested FROM procrastinate_jobs AS job
    WHERE job.status = 'doing' AND (job.worker_id IS NULL OR job.worker_id IN (SELECT id FROM dead))
    FOR UPDATE SKIP LOCKED
), rescued AS (
    UPDATE procrastinate_jobs AS job SET
        status = (CASE WHEN stalled.abort_requested THEN 'aborted'
                       WHEN stalled.attempts + 1 >= %(limit)s THEN 'failed'
                       ELSE 'todo' END)::procrastinate_job_status,
        abort_requested = false, attempts = stalled.attempts + 1, scheduled_at = NULL, worker_id = NULL
    FROM stalled WHERE job.id = stalled.id
    RETURNING job.id, job.queue_name
), woken AS (
    SELECT pg_notify(channel, '{"type": "job_inserted", "job_id": 0}')
    FROM (SELECT 'procrastinate_queue_v1#' || queue_name AS channel FROM rescued
          UNION SELECT 'procrastinate_any_queue_v1' FROM rescued) AS channels
), buried AS (
    DELETE FROM procrastinate_workers AS worker USING dead
    WHERE worker.id = dead.id AND worker.last_heartbeat < now() - make_interval(secs => 10 * %(silence)s)
)
SELECT rescued.id FROM rescued LEFT JOIN (SELECT count(*) FROM woken) AS told ON true
"""
"""One statement, so that two workers that rescue at once never rescue the same job twice.

A worker is buried later than its jobs are rescued: one that was only slow goes on under its own number.
"""
