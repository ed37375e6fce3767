"""Pack binaries as Lambda wants them: a zip with one executable named bootstrap.

Usage: python pack.py BINARY ARCHIVE [BINARY ARCHIVE ...]

The same binary always gives the same archive, so that an unchanged function is not deployed again.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)


def stripped(binary, folder):
    """Without symbols a debug build is a third of the size; without `strip` it is packed as it is."""
    copy = os.path.join(folder, "bootstrap")
    tool = shutil.which("strip")
    if tool is None or subprocess.run([tool, "-o", copy, binary], check=False).returncode != 0:
        shutil.copyfile(binary, copy)
    return copy


def pack(binary, archive):
    os.makedirs(os.path.dirname(archive), exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        entry = zipfile.ZipInfo("bootstrap", EPOCH)
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        partial = archive + ".part"
        with open(stripped(binary, folder), "rb") as file, zipfile.ZipFile(partial, "w", compresslevel=1) as out:
            out.writestr(entry, file.read(), compresslevel=1)
        os.replace(partial, archive)


if __name__ == "__main__":
    for binary, archive in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        pack(binary, archive)
