"""What a child does between fork and exec: it dies with its parent and, where it must, becomes another user."""

import ctypes
import os
import pwd
import signal
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION = 0x20080522
_CAP_DAC_OVERRIDE = 1

_libc = ctypes.CDLL(None, use_errno=True)


def unprivileged_account(data: Path) -> pwd.struct_passwd | None:
    """Return who runs PostgreSQL, which refuses root: None (ourselves) unless we are root.

    Data that exists stays with its owner, so that an account made later changes nothing.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid)
    names = {account.pw_name for account in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def closed_to_others(path: Path) -> bool:
    """Whether a folder on the way to the path lets only its owner through, as /root does."""
    return any(not parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def before_exec(
    *, on_parents_death: signal.Signals, account: pwd.struct_passwd | None = None, through_closed_folders: bool = False
) -> Callable[[], None]:
    """Return a preexec_fn. Only plain system calls happen in it: it runs in a forked copy of the caller."""
    parent = os.getpid()

    def prepare() -> None:
        if account is not None:
            _become(account, keep_passage=through_closed_folders)
        # A background job of a shell starts with these ignored, and stays so through exec: no trap would work.
        for ignored in (signal.SIGINT, signal.SIGQUIT):
            signal.signal(ignored, signal.SIG_DFL)
        # After the change of user, which forgets it.
        _prctl(_PR_SET_PDEATHSIG, on_parents_death)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _become(account: pwd.struct_passwd, *, keep_passage: bool) -> None:
    if keep_passage:
        _prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
    os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    if keep_passage:
        _keep_only(_CAP_DAC_OVERRIDE)


def _keep_only(capability: int) -> None:
    """Carry one capability through exec and drop the rest of root's: a checkout in /root is closed to others."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    bit = 1 << capability
    # Two blocks of (effective, permitted, inheritable); ours stands in the first.
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    if _libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def _prctl(option: int, argument: int, more: int = 0) -> None:
    if _libc.prctl(option, ctypes.c_ulong(argument), ctypes.c_ulong(more), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option})")
