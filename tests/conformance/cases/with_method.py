"""Runs a program as the main module with the start method of `CONFORMANCE_START_METHOD` as the interpreter's default."""

import multiprocessing.context as context
import os
import sys

context._default_context._default_context = context._concrete_contexts[os.environ["CONFORMANCE_START_METHOD"]]
path = sys.argv.pop(1)
main = sys.modules["__main__"]
main.__file__ = path
with open(path) as source:
    code = compile(source.read(), path, "exec")
exec(code, main.__dict__)
