"""The hosts that share the work, and their jobs: what `status` reports about them."""

from digest.app import App
from digest.model.jobs import HostJobs, JobCounts


def host_notices(app: App) -> list[str]:
    """A line about the hosts that are alive, and one about jobs that wait or failed; nothing where none are shared."""
    counts = app.job_tables.counts()
    if counts is None:
        return []
    hosts = ", ".join(map(_host_with_jobs, app.job_tables.hosts())) or "none; `digest run` does the jobs"
    jobs = _jobs(counts)
    return [f"hosts: {hosts}", *([f"jobs: {jobs}"] if jobs else [])]


def _host_with_jobs(host: HostJobs) -> str:
    return f"{host.name} ({', '.join(host.jobs)})" if host.jobs else host.name


def _jobs(counts: JobCounts) -> str:
    seconds = int(counts.oldest.total_seconds())
    parts = (
        (counts.waiting, f"{counts.waiting} waiting for {seconds} s"),
        (counts.scheduled, f"{counts.scheduled} to be tried again"),
        (counts.failed, f"{counts.failed} failed"),
    )
    return ", ".join(text for number, text in parts if number)
