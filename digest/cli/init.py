"""`digest init`: write an installation to start from."""

from pathlib import Path

import click

from digest import bootstrap
from digest.atomic_write import write_file
from digest.rendering.theme import built_in_templates


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(folder: Path) -> None:
    """Write a commented config/digest.toml, .env.example and a copy of the theme into FOLDER.

    What is there already stays as it is. The configuration is valid as it stands.
    """
    built_in = bootstrap.built_in_config()
    _copy(built_in / "digest.example.toml", folder / "config" / "digest.toml")
    _copy(built_in / "env.example", folder / ".env.example")
    for file in sorted((built_in_templates() / "default").iterdir()):
        _copy(file, folder / "templates" / "default" / file.name)
    click.echo(f"next: edit {folder / 'config' / 'digest.toml'}, then `digest preview --open`")


def _copy(source: Path, target: Path) -> None:
    if target.exists():
        click.echo(f"{target}: is there already, left as it is")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    write_file(target, source.read_bytes())
    click.echo(f"{target}: written")
