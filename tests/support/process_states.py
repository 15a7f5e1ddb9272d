"""What a process does, as Linux shows it."""

from pathlib import Path


def process_state(pid: int) -> str | None:
    """The letter for what its main thread does, such as R, S, T or Z (proc_pid_stat(5)); None after its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None
