"""Pack binaries as Lambda wants them: a zip with one executable named bootstrap.

Usage: python pack.py [--strip] [--smallest] BINARY ARCHIVE [BINARY ARCHIVE ...]

The same binary always gives the same archive, so that an unchanged function is not deployed again.
--strip leaves out the symbols that a debug build carries. --smallest takes seconds more for some percent less.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)


def stripped(binary, folder):
    """Without symbols a debug build is a third of the size; where there is no `strip` it is packed as it is."""
    copy = os.path.join(folder, "bootstrap")
    tool = shutil.which("strip")
    if tool is None or subprocess.run([tool, "-o", copy, binary], check=False).returncode != 0:
        shutil.copyfile(binary, copy)
    return copy


def pack(binary, archive, strip, level):
    os.makedirs(os.path.dirname(archive), exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        entry = zipfile.ZipInfo("bootstrap", EPOCH)
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        partial = archive + ".part"
        source = stripped(binary, folder) if strip else binary
        with open(source, "rb") as file, zipfile.ZipFile(partial, "w") as out:
            out.writestr(entry, file.read(), compresslevel=level)
        os.replace(partial, archive)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--strip", action="store_true")
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("files", nargs="+")
    asked = parser.parse_args()
    for from_, to in zip(asked.files[::2], asked.files[1::2], strict=True):
        pack(from_, to, asked.strip, 9 if asked.smallest else 1)
