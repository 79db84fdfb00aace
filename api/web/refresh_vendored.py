"""Fetch the libraries that the pages use: `python -m api.web.refresh_vendored`.

What is fetched is named in `vendored.toml`; a `SOURCE` file beside each library says what it is, with the hash of each file.
"""

import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent


def refresh() -> None:
    """Fetch every library by `npm pack`, which asks the registry that this machine is set up for."""
    for name, row in tomllib.loads((FOLDER / "vendored.toml").read_text("utf-8")).items():
        into = FOLDER / "static" / "vendor" / name
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(  # noqa: S603
                ["npm", "pack", "--silent", f"{name}@{row['version']}"],  # noqa: S607
                cwd=folder,
                check=True,
                capture_output=True,
                text=True,
            )
            archive = (Path(folder) / done.stdout.strip().splitlines()[-1]).read_bytes()
        hashes = {}
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            about = json.loads(_member(packed, "package.json"))
            if about["license"] != row["licence"]:
                raise SystemExit(f"{name}: licence {about['license']}, expected {row['licence']}")
            for file in row["files"]:
                content = re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", _member(packed, file))
                (into / Path(file).name).write_bytes(content)
                hashes[Path(file).name] = hashlib.sha256(content).hexdigest()
        source = {"name": name, "version": row["version"], "licence": row["licence"], "sha256": hashes}
        (into / "SOURCE.json").write_text(json.dumps(source, indent=1, sort_keys=True) + "\n", "utf-8")
        sys.stdout.write(f"{name} {row['version']}\n")


def _member(packed: tarfile.TarFile, name: str) -> bytes:
    found = packed.extractfile(f"package/{name}")
    if found is None:
        raise SystemExit(f"no such file: {name}")
    return found.read()


if __name__ == "__main__":
    refresh()
