"""The site as plain files that open from disk, written whole or not at all."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from stalemate.errors import QueryError
from stalemate.interfaces.atlas.addresses import file_of, relative_from
from stalemate.interfaces.atlas.runexport import StoredRun, run_files
from stalemate.interfaces.atlas.site import Site
from stalemate.interfaces.atlas.static import plain_files


def export(site: Site, folder: Path, runs: Sequence[StoredRun] = ()) -> int:
    """Write all pages, those of some runs, and static files and return how many; ``folder`` must not exist.

    Raises QueryError if it does. What is written takes its name only when it is whole.
    """
    if folder.exists():
        raise QueryError(f"{folder} exists already; name another folder, or move it away")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        count = _write(site, partial, runs)
        partial.chmod(0o755)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return count


def _write(site: Site, folder: Path, runs: Sequence[StoredRun]) -> int:
    files = {
        file_of(where): site.page(where, relative_from(where), served=False).encode()
        for where in site.addresses()
    }
    files |= {f"static/{name}": file.content for name, file in plain_files().items()}
    files |= run_files(site, runs)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return len(files)
