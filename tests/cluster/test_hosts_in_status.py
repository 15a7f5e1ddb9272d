"""What people and monitoring systems see of hosts and their jobs."""

from pathlib import Path

from sqlalchemy import text

from digest.cli.output.hosts import host_notices
from digest.cluster.job_queue import JobQueue
from digest.cluster.jobs import JobKind, collect_job, timed_job
from tests.cluster.test_jobs import AT
from tests.support.cluster import cluster
from tests.support.installation import Installation
from tests.support.web import served

_ROWS = """
SET LOCAL search_path TO digest_jobs;
INSERT INTO procrastinate_workers DEFAULT VALUES;
INSERT INTO procrastinate_workers DEFAULT VALUES;
INSERT INTO digest_worker SELECT id, CASE id % 2 WHEN 0 THEN 'beta' ELSE 'alpha' END FROM procrastinate_workers;
UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT min(id) FROM procrastinate_workers)
 WHERE task_name = 'maintain';
UPDATE procrastinate_events SET at = at - interval '90 seconds';
"""


def test_status_and_metrics_show_hosts_and_jobs(tmp_path: Path, postgres_store_url: str) -> None:
    """Who is alive and does what, and how long the oldest job has waited."""
    with cluster(tmp_path, postgres_store_url, readers=1) as site:
        with site.app() as app:
            assert host_notices(app) == ["hosts: none; `digest run` does the jobs"]
            queue = JobQueue(app.job_tables)
            queue.ensure(timed_job(JobKind.MAINTAIN, AT))
            queue.ensure(collect_job(["main"], AT))
            queue.again(timed_job(JobKind.READ_BOUNCES, AT), AT - AT.replace(hour=6))
            with app.beats._database.write() as connection:
                for statement in _ROWS.strip().split(";")[:-1]:
                    connection.execute(text(statement))
            first, second = host_notices(app)
        assert first == "hosts: alpha (maintain), beta"
        assert second.startswith("jobs: 1 waiting for 9")
        assert second.endswith(" s, 1 to be tried again")
        installation = Installation(site.host(1))
        assert first in installation.run("status").fine().out
        with served(installation) as web:
            lines = web.get("/metrics").text.splitlines()
    assert "digest_hosts 2.0" in lines
    assert {f'digest_jobs{{state="{state}"}} 1.0' for state in ("waiting", "scheduled", "running")} < set(lines)
    assert 'digest_jobs{state="failed"} 0.0' in lines
    assert any(line.startswith("digest_oldest_job_age_seconds 9") for line in lines)
