"""Compiles the program on standard input and writes what CPython thinks of it. Never runs it."""

import resource, sys, warnings

megabyte = 1 << 20
resource.setrlimit(resource.RLIMIT_AS, (512 * megabyte, 512 * megabyte))
resource.setrlimit(resource.RLIMIT_CPU, (3, 3))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

source = sys.stdin.buffer.read()


def say(severity, line, column, end_line, end_column, message):
    fields = [severity] + [str(max(number or 0, 0)) for number in (line, column, end_line, end_column)]
    fields.append(" ".join(str(message).split()))
    sys.stdout.buffer.write("\t".join(fields).encode("utf-8", "replace") + b"\n")


with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    try:
        if b"\0" in source:
            before = source[: source.index(b"\0")].decode("utf-8", "replace")
            place = before.count("\n") + 1, len(before) - before.rfind("\n")
            raise SyntaxError("source code string cannot contain null bytes", (None, *place, "", place[0], place[1] + 1))
        compile(source, "main.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        say("error", error.lineno or 1, error.offset, error.end_lineno, error.end_offset, error.msg)
    except RecursionError:
        say("error", 1, 0, 0, 0, "the program is nested too deeply for the interpreter")
    except MemoryError:
        say("error", 1, 0, 0, 0, "the program is nested too deeply, or too large, for the interpreter")
    except (ValueError, OverflowError) as error:
        say("error", 1, 0, 0, 0, error)

for warning in warned:
    if issubclass(warning.category, (SyntaxWarning, DeprecationWarning)):
        say("warning", warning.lineno, 0, 0, 0, warning.message)
