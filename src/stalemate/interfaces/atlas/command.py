"""The command that opens the atlas: a local server, or the same pages as files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    import socket

    from stalemate.interfaces.atlas.archive import Archive
    from stalemate.interfaces.atlas.bench import Bench
    from stalemate.interfaces.atlas.guard import Door

PORT: Final = 8765
_WAITING: Final = 128
_WARMS_AFTER_S: Final = 1.0


def atlas(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any that is free.")] = PORT,
    host: Annotated[str, typer.Option(help="Address to answer at; others than loopback can be reached.")] = (
        "127.0.0.1"
    ),
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")] = True,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write the pages as files into this new folder instead.")
    ] = None,
    with_run: Annotated[
        list[str] | None,
        typer.Option("--with-run", help="With --export: a run too, by its name or folder; may be repeated."),
    ] = None,
    runs: Annotated[
        Path | None, typer.Option("--runs", help="Folder of the workbench's runs; the user's own by default.")
    ] = None,
    at_once: Annotated[int, typer.Option(min=1, max=16, help="Runs that are fought at a time.")] = 1,
) -> None:
    """Open the record as a local site, with a workbench for runs of the model. No network is used."""
    if with_run and export is None:
        raise typer.BadParameter("give a folder with --export too", param_hint="--with-run")
    if export is not None:
        _export(export, with_run or [], runs)
        return
    with _listen(host, port) as door:
        _serve(door, host, browser, runs, at_once)


def _export(folder: Path, named: list[str], runs: Path | None) -> None:
    from stalemate.errors import QueryError
    from stalemate.interfaces.atlas.archive import Archive
    from stalemate.interfaces.atlas.bench import Bench, runs_folder
    from stalemate.interfaces.atlas.export import export
    from stalemate.interfaces.atlas.runexport import stored_run
    from stalemate.interfaces.atlas.site import Site

    if folder.exists():
        raise QueryError(f"{folder} exists already; name another folder, or move it away")
    archive = Archive.load()
    bench = Bench(archive.war, runs or runs_folder())
    stored = [stored_run(bench, name) for name in named]
    count = export(Site(archive, with_runs=bool(stored)), folder, stored)
    print(f"written: {folder}, {count:,} files; open {folder / 'index.html'}")


def _listen(host: str, port: int) -> "socket.socket":
    """Return a socket that listens. Raises QueryError if there is no such address or the port is taken."""
    import socket

    from stalemate.errors import QueryError

    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise QueryError(f"--host is {host[:60]!r}; expected an address of this machine") from None
    door = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(where)
        door.listen(_WAITING)
    except OSError as error:
        door.close()
        raise QueryError(
            f"cannot answer at {host}:{port} ({error.strerror or error}); name another --port, or 0 for any"
        ) from None
    return door


def _serve(listening: "socket.socket", host: str, browser: bool, runs: Path | None, at_once: int) -> None:
    import threading
    import webbrowser

    from stalemate.interfaces.atlas.app import create_app
    from stalemate.interfaces.atlas.archive import Archive
    from stalemate.interfaces.atlas.bench import Bench, runs_folder
    from stalemate.interfaces.atlas.serving import serve
    from stalemate.interfaces.atlas.static import scripts

    door = _door(host, listening.getsockname()[1])
    archive = Archive.load()
    bench = Bench(archive.war, runs or runs_folder(), at_once=at_once)
    app = create_app(archive, door, bench)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else shown}:{door.port}/"
    print(f"atlas: {address} (Ctrl-C ends it)", flush=True)
    if not scripts():
        print(
            "its scripts are not built, so pages stand without: python frontend/assets.py build", flush=True
        )
    if door.literal:
        print("others on the network can read it at this machine's address", flush=True)
    if browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    warming = threading.Timer(_WARMS_AFTER_S, _warm, (archive, bench))
    warming.daemon = True
    warming.start()
    try:
        serve(app, listening, bench)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        raise typer.Exit(130) from None


def _warm(archive: "Archive", bench: "Bench") -> None:
    """Load what the first map, page of the model, question and run would otherwise wait for."""
    from stalemate.interfaces.atlas.articles import systems
    from stalemate.interfaces.atlas.basemap import base_picture

    base_picture("light"), base_picture("dark")
    systems()
    archive.asking.ask("When was the armistice signed?")
    bench.warm()


def _door(host: str, port: int) -> "Door":
    from stalemate.interfaces.atlas.guard import LOOPBACK, Door

    if host in ("127.0.0.1", "localhost", "::1"):
        return Door(port)
    return Door(port, LOOPBACK | {f"[{host}]" if ":" in host else host.lower()}, literal=True)
