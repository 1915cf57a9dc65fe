"""What the calls of a program are assigned to, by the tree of its source.

`here, there = Pipe()` names one object with both; `[Lock() for i in range(5)]` makes five, of which each is told its own index.
"""

import ast

from .names import RETURNED

#: So long may the text of a key be.
_LONGEST = 40
#: Frames of comprehensions, where an interpreter has them (3.11).
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


class Element:
    """An element of a collection: its key is known when it is made."""

    def __init__(self, collection, key):
        """`key(here)` is the key in a frame; it raises LookupError when there is none."""
        self.collection, self._key = collection, key

    def text(self, here):
        """Its name, or None: then a number tells it from the others."""
        try:
            key = self._key(here)
        except LookupError:
            return None
        text = repr(key) if type(key) in (int, str) else ""
        return f"{self.collection}[{text}]" if 0 < len(text) <= _LONGEST else None


def of_calls(source):
    """From a call's place (line, column, end line, end column) to its target: a text, an `Element`, or `RETURNED`."""
    calls = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign):
            _pair(calls, node.targets[-1], node.value)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            _pair(calls, node.target, node.value)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            _pair(calls, node.optional_vars, node.context_expr)
        elif isinstance(node, ast.Return) and node.value is not None:
            _name(calls, RETURNED, node.value)
        elif isinstance(node, ast.Lambda):
            _name(calls, RETURNED, node.body)
        elif isinstance(node, ast.Call):
            _append(calls, node)
    return calls


def _pair(calls, target, value):
    many = isinstance(target, (ast.Tuple, ast.List))
    if many and isinstance(value, (ast.Tuple, ast.List)) and len(target.elts) == len(value.elts):
        for one, its in zip(target.elts, value.elts):
            _pair(calls, one, its)
    elif many:
        _name(calls, ", ".join(map(ast.unparse, target.elts)), value)
    elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Name):
        _name(calls, Element(ast.unparse(target.value), _variable(target.slice)), value)
    else:
        _name(calls, ast.unparse(target), value)


def _name(calls, name, value):
    """What the value is called; and what the values in it are."""
    if isinstance(value, ast.Call):
        calls[value.lineno, value.col_offset, value.end_lineno, value.end_col_offset] = name
    elif isinstance(value, ast.IfExp):
        _name(calls, name, value.body)
        _name(calls, name, value.orelse)
    elif isinstance(name, str):
        _elements(calls, name, value)


def _elements(calls, name, value):
    if isinstance(value, (ast.List, ast.Tuple)) and not any(isinstance(each, ast.Starred) for each in value.elts):
        for index, each in enumerate(value.elts):
            _name(calls, f"{name}[{index}]", each)
    elif isinstance(value, ast.Dict):
        for key, each in zip(value.keys, value.values):
            if isinstance(key, ast.Constant):
                _name(calls, f"{name}[{ast.unparse(key)}]", each)
    elif isinstance(value, (ast.ListComp, ast.SetComp)):
        _name(calls, Element(name, _index(value)), value.elt)
    elif isinstance(value, ast.DictComp):
        _name(calls, Element(name, _variable(value.key)), value.value)


def _append(calls, node):
    """`locks.append(Lock())`."""
    function, values = node.func, node.args
    if isinstance(function, ast.Attribute) and function.attr == "append" and len(values) == 1 and isinstance(values[0], ast.Call):
        _name(calls, Element(ast.unparse(function.value), _length(function.value)), values[0])


def _index(comprehension):
    """Where `for i in range(n)` is all that a list is made of, `i` is the index."""
    if isinstance(comprehension, ast.ListComp) and len(comprehension.generators) == 1:
        [generator] = comprehension.generators
        made = generator.iter
        counts = isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id == "range"
        if counts and len(made.args) == 1 and not generator.ifs:
            return _variable(generator.target)
    return _unknown


def _variable(node):
    """What a variable is where something is made."""
    if not isinstance(node, ast.Name):
        return _unknown

    def key(here):
        while node.id not in here.f_locals and here.f_code.co_name in _COMPREHENSIONS:
            here = here.f_back
        return here.f_locals[node.id] if node.id in here.f_locals else here.f_globals[node.id]

    return key


def _length(node):
    """How long a list is before something is appended."""

    def key(here):
        collection = _variable(node)(here)
        if type(collection) is not list:
            raise LookupError
        return len(collection)

    return key


def _unknown(_here):
    raise LookupError
