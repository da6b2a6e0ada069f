"""Oracle's CLI, for commands of one service: a line in is a command's words, as JSON; a line out is how it ended.

Most of what the program does is to load the commands of a service. That is done once, with the first word of its own; each
command is run by a copy of this process, from where the program has loaded itself.
"""
import json
import os
import sys
import tempfile

PROGRAM = os.path.join(os.path.dirname(sys.executable), "oci")
sys.argv = [PROGRAM, sys.argv[1]]
from oci_cli.cli import cli  # noqa: E402  it reads sys.argv


def run(words):
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            sys.argv = [PROGRAM, *words]
            sys.exit(cli())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0)
        err.seek(0)
        return {"code": code, "stdout": out.read(), "stderr": err.read()}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
