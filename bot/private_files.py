"""Files and folders that nobody but their owner may touch; the group may read where the owner lets it."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_OPEN_TO_OTHERS = 0o027
"""Anything for others, writing for the group."""
_OTHERS_LOOK_IN, _OTHERS_WRITE = 0o005, 0o022
_LARGEST = 4_096


class NotPrivate(Exception):
    """Cannot be read, or others can; the message names it and the command that mends it."""


def read_private(path: Path) -> bytes:
    """The whole content of a secret's file. Raises NotPrivate, whose message never holds any of it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NotPrivate(f"{path}: 読めません（{error.strerror}）") from None
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise NotPrivate(f"{path}: ふつうのファイルではありません")
        if mode & _OPEN_TO_OTHERS:
            raise NotPrivate(f"{path}: ほかの利用者が読み書きできます（{stat.filemode(mode)}）。chmod 600 {path} を打ってください")
        content = os.read(handle, _LARGEST + 1)
    finally:
        os.close(handle)
    if len(content) > _LARGEST:
        raise NotPrivate(f"{path}: 大きすぎます（{_LARGEST}バイトまで）。別のファイルを指していませんか")
    return content


def make_folder(path: Path) -> None:
    """With every folder above it that is missing: for their owner only. One that is there stays as it is. Raises OSError."""
    for missing in reversed([folder for folder in (path, *path.parents) if not folder.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def private_folder(path: Path) -> None:
    """Made where it is missing, and closed to others where they could look in. Raises NotPrivate where they can write, or where neither can be done."""
    try:
        make_folder(path)
        mode = path.stat().st_mode
        if not stat.S_ISDIR(mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if mode & _OTHERS_LOOK_IN and not mode & _OTHERS_WRITE:
            path.chmod(stat.S_IMODE(mode) & ~_OTHERS_LOOK_IN)
    except OSError as error:
        raise NotPrivate(f"{path}: フォルダを用意できません（{error.strerror}）") from None
    if mode & _OTHERS_WRITE:
        raise NotPrivate(f"{path}: 会話と鍵の置き場に、ほかの利用者が書けます（{stat.filemode(mode)}）。chmod 700 {path} を打ってください")


def not_for_all_to_write(path: Path) -> None:
    """Of what is run or told from: raises NotPrivate where anybody may change it. What is missing is missed elsewhere."""
    if path.exists() and path.stat().st_mode & stat.S_IWOTH:
        raise NotPrivate(f"{path}: ほかの利用者が書きかえられます。chmod o-w {path} を打ってください")
