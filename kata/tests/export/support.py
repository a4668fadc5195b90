"""What tests of exports use."""

import subprocess

MINE = "# the teacher's own work, which nobody else may see"


def texts(folder):
    return {
        file.relative_to(folder).as_posix(): file.read_bytes().decode(errors="replace")
        for file in folder.rglob("*")
        if file.is_file()
    }


def git(folder, *words):
    done = subprocess.run(
        ["git", "-c", "core.quotepath=off", *words], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
