"""The half of the runner that runs inside the interpreter under test: names the tests, and runs those it is handed.

    inside.py list SUITE METHOD              prints the tests as JSON, or what is missing
    inside.py run SUITE METHOD ORDERS REPORTS  takes tests from one descriptor, writes what becomes of them to the other

It is also the main module of every process that the tests spawn, so it does nothing when it is imported.
"""

import faulthandler
import importlib
import json
import os
import pkgutil
import sys
import unittest


def modules(suite, method):
    """The modules that hold a suite's tests. `method_FORK` and so on are made by the other half, on the path."""
    if suite == "multiprocessing":
        return [importlib.import_module(f"method_{method}")]
    if suite == "main":
        return [importlib.import_module("test.test_multiprocessing_main_handling")]
    futures = importlib.import_module("test.test_concurrent_futures")
    inner = pkgutil.iter_modules(getattr(futures, "__path__", ()), futures.__name__ + ".")
    return [futures, *(importlib.import_module(found.name) for found in inner if ".test_" in found.name)]


def is_meant(suite, method, cls, test):
    """Whether a test is of this start method. All of `multiprocessing`'s are; else the class's name tells, or the test's."""
    if suite == "multiprocessing":
        return True
    if suite == "futures" and cls.startswith(("ThreadPool", "FutureTests")):
        return False  # nothing of the engine
    for name in (cls.lower(), test.lower()):
        for known in ("forkserver", "spawn", "fork"):
            if known in name:
                return known == method
    return False


def tests(suite, method):
    """{"module:class": (class, [names of tests])}."""
    loader, found = unittest.TestLoader(), {}
    for module in modules(suite, method):
        for name, value in vars(module).items():
            if isinstance(value, type) and issubclass(value, unittest.TestCase) and value.__module__ == module.__name__:
                meant = [test for test in loader.getTestCaseNames(value) if is_meant(suite, method, name, test)]
                if meant:
                    found[f"{module.__name__}:{name}"] = value, meant
    return found


def listing(suite, method):
    """{class: [tests]}, or which module is missing."""
    try:
        return {"classes": {name: meant for name, (_, meant) in tests(suite, method).items()}}
    except ModuleNotFoundError as error:
        return {"missing": error.name}
    except unittest.SkipTest as error:
        return {"missing": str(error)}


class Orders(unittest.TestSuite):
    """Tests as they are handed in, so that several processes can share the work."""

    _cleanup = False  # it has no list from which to remove what was run

    def __init__(self, found, orders, report):
        super().__init__()
        self._found, self._orders, self._report = found, orders, report

    def __iter__(self):
        while True:
            self._report(want=True)
            order = self._orders.readline()
            if not order:
                return
            chosen = json.loads(order)
            for test in chosen["tests"]:
                yield self._found[chosen["class"]][0](test)


class Reports(unittest.TestResult):
    """Tells the other half what becomes of each test."""

    def __init__(self, report):
        super().__init__()
        self._report = report
        self._outcome = "passed", ""

    def startTest(self, test):
        super().startTest(test)
        self._outcome = "passed", ""
        self._report(begins=test._testMethodName, of=type(test).__name__)

    def stopTest(self, test):
        super().stopTest(test)
        outcome, text = self._outcome
        self._report(ends=test._testMethodName, of=type(test).__name__, outcome=outcome, text=text)

    def _note(self, test, outcome, text):
        if not isinstance(test, unittest.TestCase):
            self._report(around=str(test), outcome=outcome, text=text)  # what is set up for a class or a module
        elif self._outcome[0] != "failed":
            self._outcome = outcome, text

    def addError(self, test, err):
        self._note(test, "failed", self._exc_info_to_string(err, test))

    addFailure = addError

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._note(test, "failed", f"{subtest}\n{self._exc_info_to_string(err, test)}")

    def addSkip(self, test, reason):
        self._note(test, "skipped", reason)

    def addExpectedFailure(self, test, err):
        pass

    def addUnexpectedSuccess(self, test):
        self._note(test, "failed", "it was expected to fail and passed")


def run(suite, method, orders, reports):
    os.set_inheritable(orders, False)
    os.set_inheritable(reports, False)
    main = os.getpid()

    def report(**facts):
        if os.getpid() == main:  # not from a forked child that ran on into this
            os.write(reports, json.dumps(facts).encode() + b"\n")

    with open(orders) as source:
        Orders(tests(suite, method), source, report).run(Reports(report))


if __name__ == "__main__":
    faulthandler.enable()
    what, suite, method, *descriptors = sys.argv[1:]
    sys.argv[1:] = []
    if what == "list":
        print(json.dumps(listing(suite, method)))
    else:
        run(suite, method, *map(int, descriptors))
