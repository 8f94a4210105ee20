"""The OpenAPI of the atlas as the front end's types are made from it."""

import json
from pathlib import Path

from stalemate.interfaces.atlas.app import create_app
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.guard import Door

OPENAPI = Path(__file__).resolve().parents[1] / "frontend" / "openapi.json"


def openapi() -> str:
    """Return it as JSON."""
    from starlette.testclient import TestClient

    client = TestClient(create_app(Archive.load(), Door(80)), base_url="http://127.0.0.1")
    return json.dumps(client.get("/api/openapi.json").json(), indent=1, ensure_ascii=False) + "\n"


def write_or_check(texts: dict[Path, str], root: Path, *, check: bool) -> bool:
    """Write the files whose text is another, or only name them; tell whether there are any."""
    old = [path for path, text in texts.items() if path.read_text(encoding="utf-8") != text]
    for path in old:
        if not check:
            path.write_text(texts[path], encoding="utf-8")
        print(f"{path.relative_to(root)}{': old; run scripts/fresh_docs.py' if check else ''}")
    return bool(old)
