"""Whether the extra `cluster` is installed; apart from the code that loads Procrastinate, or SQLAlchemy."""

from importlib.util import find_spec


def is_cluster_installed() -> bool:
    """Whether Procrastinate is there."""
    return find_spec("procrastinate") is not None
