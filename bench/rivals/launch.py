"""Run a command to its end and say what it cost: from a small process, whose memory is not its."""

import json
import os
import subprocess
import sys
import time

started = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)  # noqa: S603
answer = child.stdout.read() if child.stdout else ""
_, status, used = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
if status:
    sys.exit(child.returncode or 1)
print(
    json.dumps(
        {
            "answer": json.loads(answer),
            "seconds": time.perf_counter() - started,
            "cpu": used.ru_utime + used.ru_stime,
            "peak_bytes": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        }
    )
)
