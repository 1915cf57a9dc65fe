"""The time on cores that a recording shows is the time that the kernel has charged: two measures of one run."""

import json
import os
import subprocess
import unittest
from pathlib import Path

from base import fork_only
from recording import PROGRAM, Recorded

KINDS = """
import json, multiprocessing, resource, time
def compute():
    end = time.process_time() + 0.3
    while time.process_time() < end: pass
def switch():
    end = time.process_time() + 0.1
    while time.process_time() < end:
        for _ in range(2000): pass
        time.sleep(0.0001)
def nothing(): pass
def charged():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e6 * (used.ru_utime + used.ru_stime)
if __name__ == "__main__":
    told = {}
    for target, times in ((compute, 2), (switch, 1), (nothing, 40)):
        before = charged()
        for _ in range(times):
            process = multiprocessing.Process(target=target, name=target.__name__)
            process.start()
            process.join()
        told[target.__name__] = charged() - before
    print(json.dumps(told))
"""


#: A core that the machine itself was kept from is charged to nobody and seems to be had. The kernel says how long it was kept, in whole
#: ticks: a busy machine may spoil a try still.
TRIES = 5


class Cores(Recorded):
    @fork_only
    def test_the_sums_are_the_kernels(self):
        machine = subprocess.run([PROGRAM, "doctor"], capture_output=True, text=True, timeout=240).stdout
        if "exact: every switch" not in machine:
            self.skipTest("cores are sampled here")
        for _ in range(TRIES):
            shares = self.shares()
            if all(share < 1.02 for share in shares.values()) and shares["compute"] > 0.98:
                break
        for kind, share in shares.items():
            self.assertLess(share, 1.02, f"{kind} of {shares}")
        self.assertGreater(shares["compute"], 0.98, shares)
        for kind, share in self.told.items():
            self.assertAlmostEqual(share, 1, delta=0.02, msg=f"the sum that is told of {self.told}")
        # What the picture lacks. The kernel charges a thread for coming onto the core, some microseconds before it tells of it; and a process that ends for
        # giving its memory back, some hundreds of microseconds after it has told of the end.
        self.assertGreater(shares["switch"], 0.5, shares)
        self.assertGreater(shares["nothing"], 0.3, shares)

    def shares(self):
        """For each kind of process how much of the time that it was charged is shown, but for what the machine was kept from."""
        before = stolen()
        ended, timeline = self.record(KINDS)
        kept = stolen() - before
        self.assertEqual(ended.returncode, 0, ended.stderr)
        charged = json.loads(ended.stdout)
        shown = dict.fromkeys(charged, 0.0)
        for stay in timeline.of_category("core"):
            if stay["args"]["process"] in shown:
                shown[stay["args"]["process"]] += stay["dur"]
        told = dict.fromkeys(charged, 0.0)
        whole = {event["pid"]: event["args"] for event in timeline.of_category("lifecycle") if event["name"] == "run"}
        for (pid, args), name in ((life, timeline.process(life[0])) for life in whole.items()):
            if name in told:
                told[name] += args["cpu_us"]
        self.told = {kind: told[kind] / charged[kind] for kind in charged}
        return {kind: max(shown[kind] - kept, min(shown[kind], charged[kind])) / charged[kind] for kind in charged}


def stolen():
    """Microseconds for which all cores together were kept from the machine, since it began."""
    total = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return 1e6 * int(total[8]) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    unittest.main()
