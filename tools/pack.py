"""Pack binaries as Lambda wants them: a zip with one executable named bootstrap.

Usage: python pack.py [--strip] [--smallest] BINARY ARCHIVE [BINARY ARCHIVE ...]

The same binary always gives the same archive, so that an unchanged function is not deployed again.
--strip leaves out the symbols that a debug build carries. --smallest leaves out the tables for unwinding too, and
packs with Zopfli: half a minute a binary for eight percent less.
"""

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ProcessPoolExecutor

import zopfli
from elftools.elf.elffile import ELFFile

EPOCH = (1980, 1, 1, 0, 0, 0)
# More of them take minutes and save a thousandth.
ZOPFLI_ITERATIONS = 5
# What only unwinding reads, and a released panic ends the process. The compiler leaves Rust's own out; those of C and
# of the standard library come compiled.
UNWINDING = (".eh_frame", ".eh_frame_hdr", ".gcc_except_table")


def stripped(binary, folder):
    """Without symbols a debug build is a third of the size; where there is no `strip` it is packed as it is."""
    copy = os.path.join(folder, "bootstrap")
    tool = shutil.which("strip")
    if tool is None or subprocess.run([tool, "-o", copy, binary], check=False).returncode != 0:
        shutil.copyfile(binary, copy)
    return copy


def without_unwinding(data):
    """Zeroes in the place of the tables: an empty table, for whoever would look, and nothing moves."""
    elf = ELFFile(io.BytesIO(data))
    data = bytearray(data)
    for name in UNWINDING:
        section = elf.get_section_by_name(name)
        if section is not None:
            start, size = section["sh_offset"], section["sh_size"]
            data[start : start + size] = bytes(size)
    return bytes(data)


def pack(binary, archive, strip, smallest):
    os.makedirs(os.path.dirname(archive), exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        entry = zipfile.ZipInfo("bootstrap", EPOCH)
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        partial = archive + ".part"
        with open(stripped(binary, folder) if strip else binary, "rb") as file:
            data = file.read()
        if smallest:
            with zopfli.ZipFile(partial, "w", iterations=ZOPFLI_ITERATIONS) as out:
                out.writestr(entry, without_unwinding(data))
        else:
            with zipfile.ZipFile(partial, "w") as out:
                out.writestr(entry, data, compresslevel=1)
        os.replace(partial, archive)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--strip", action="store_true")
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("files", nargs="+")
    asked = parser.parse_args()
    with ProcessPoolExecutor(os.cpu_count()) as packers:
        jobs = [
            packers.submit(pack, from_, to, asked.strip, asked.smallest)
            for from_, to in zip(asked.files[::2], asked.files[1::2], strict=True)
        ]
        for job in jobs:
            job.result()
