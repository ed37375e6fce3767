"""Run a command that must not outlive the process that asked for it.

Usage: python guard.py COMMAND [ARGUMENT...]

The kernel sends this process SIGTERM when its parent dies, however it dies, and the setting
survives the exec: a killed `cargo x dev` leaves no server behind.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Ask the kernel for SIGTERM at the parent's death. Linux only; elsewhere a no-op."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # The parent may have died between its fork and this call.
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    die_with_parent()
    os.execvp(sys.argv[1], sys.argv[1:])
