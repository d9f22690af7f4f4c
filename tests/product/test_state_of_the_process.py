"""State that a module keeps for the process is listed, and no test finds it as another one left it."""

from __future__ import annotations

import ast
import gc
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from process_state import RESET, STAYS, process_as_it_was

ROOT = Path(__file__).parents[2]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "xlpy").rglob("*.py"))
}
CHANGING = frozenset(
    {
        "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "put",
        "remove", "setdefault", "sort", "update",
    }
)  # fmt: skip
CHANGEABLE = frozenset(
    {
        "bytearray", "BytesIO", "ContextVar", "Counter", "count", "Condition", "cycle", "defaultdict", "deque",
        "dict", "Event", "list", "local", "Lock", "MetaData", "OrderedDict", "Queue", "RLock", "Semaphore", "set",
        "SimpleQueue", "StringIO", "WeakKeyDictionary", "WeakSet", "WeakValueDictionary",
    }
)  # fmt: skip
# Methods by which a program changes what it shares with others in its process.
REACHING_OUT = frozenset(
    {
        "addHandler", "chdir", "putenv", "reconfigure", "register_adapter", "register_converter", "registerFont",
        "setcontext", "set_keyring", "set_threshold", "setlocale", "setLevel", "setrecursionlimit", "signal",
        "simplefilter", "tzset",
    }
)  # fmt: skip
SHARED = frozenset(
    {"atexit.register", "gc.disable", "gc.enable", "os.environ.setdefault", "os.environ.update", "xw.engines.add"}
)


def state_in(module: str, tree: ast.Module, own_classes: frozenset[str]) -> Iterator[str]:
    """Find caches, module-level objects that can change or are changed, and changes to what others own."""
    within = list(_within(tree, module))
    imported = {
        (alias.asname or alias.name).split(".")[0]
        for _, node in within
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    bound = {name: value for node in tree.body for name, value in _bindings(node)}
    taken = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for _, node in within
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes = {**{name: home for name, home in taken.items() if name.strip("_").isupper()}}
    homes |= {name: f"{module}.{name}" for name in bound}
    for name, value in bound.items():
        if _can_change(value, own_classes):
            yield f"{module}.{name}"
    for where, node in within:
        if isinstance(node, ast.FunctionDef):
            if any(_called(one).split(".")[-1] in ("cache", "lru_cache") for one in node.decorator_list):
                yield where
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                yield from (f"{where}.{name}" for name, value in _bindings(part) if _can_change(value, own_classes))
        elif isinstance(node, ast.Global):
            yield from (f"{module}.{name}" for name in node.names)
        elif isinstance(node, ast.Call):
            called = _called(node)
            owner, _, what = called.rpartition(".")
            if owner in homes and what in CHANGING and where != module:  # a table may be put together at import
                yield homes[owner]
            elif owner and (what in REACHING_OUT or called in SHARED):
                yield f"{where}: {called}"
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.Delete):
            for target in [node.target] if isinstance(node, ast.AugAssign) else node.targets:
                yield from _changed_by(target, where, module, homes, imported)


def _changed_by(target: ast.expr, where: str, module: str, homes: dict[str, str], imported: set[str]) -> Iterator[str]:
    if not isinstance(target, ast.Attribute | ast.Subscript):
        return
    owner = ast.unparse(target.value)
    first = owner.split(".")[0].split("[")[0]
    if owner in homes and where != module:
        yield homes[owner]
    elif first in imported or owner.startswith(("vars(", "globals()")) or owner == "logger":
        yield f"{where}: {ast.unparse(target)}"


def _bindings(node: ast.stmt) -> list[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        return [(target.id, node.value) for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        return [(node.target.id, node.value)]
    return []


def _can_change(value: ast.expr, own_classes: frozenset[str]) -> bool:
    """Whether something was made to be changed: an empty collection, a lock or counter, an object of our own."""
    if isinstance(value, ast.Attribute):  # a method of an object that nobody else knows
        return _can_change(value.value, own_classes)
    if isinstance(value, ast.List | ast.Set):
        return not value.elts
    if isinstance(value, ast.Dict):
        return not value.keys
    if not isinstance(value, ast.Call):
        return False
    name = _called(value).split(".")[-1]
    return name in own_classes or (name in CHANGEABLE and not (name in ("dict", "list") and value.args))


def _called(node: ast.expr) -> str:
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def _within(node: ast.AST, where: str) -> Iterator[tuple[str, ast.AST]]:
    """Walk through everything with the dotted name of the function or class around it (classes are left out)."""
    for child in ast.iter_child_nodes(node):
        inside = where
        if isinstance(child, ast.FunctionDef):
            module = where if where in MODULES or where == "example" else where.rpartition(".")[0]
            inside = f"{module}.{child.name}"
        yield (inside, child)
        yield from _within(child, inside)


def classes_that_change(trees: list[ast.Module]) -> frozenset[str]:
    """Name our classes that are neither frozen nor enumerations nor without fields."""
    found = set()
    for node in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
        frozen = any("frozen=True" in ast.unparse(one) for one in node.decorator_list)
        has_init = any(isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in node.body)
        dataclass = any("dataclass" in ast.unparse(one) for one in node.decorator_list)
        if not frozen and (has_init or dataclass) and not bases & {"Enum", "StrEnum", "IntEnum", "NamedTuple"}:
            found.add(node.name)
    return frozenset(found)


def test_all_state_of_the_process_is_listed() -> None:
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
    own = classes_that_change(list(trees.values()))
    found = {state for name, tree in trees.items() for state in state_in(name, tree, own)}
    listed = {*RESET, *STAYS}
    assert found - listed == set(), "list it in tests/process_state.py: how it is put back, or why it may stay"
    assert listed - found == set(), "listed in tests/process_state.py, but no longer in the code"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("seen = []", "example.seen"),
        ("seen: dict[str, int] = {}", "example.seen"),
        ("seen = set()", "example.seen"),
        ("numbers = itertools.count(1)", "example.numbers"),
        ("guard = threading.Lock()", "example.guard"),
        ("next_one = Counting().next", "example.next_one"),
        ("TABLE = {1: 2}\ndef f(): TABLE[3] = 4", "example.TABLE"),
        ("TABLE = {1: 2}\ndef f(): TABLE.update(a=1)", "example.TABLE"),
        ("from other import TABLE\ndef f(): TABLE.clear()", "other.TABLE"),
        ("last = None\ndef f():\n    global last\n    last = 1", "example.last"),
        ("@cache\ndef f(): pass", "example.f"),
        ("@functools.lru_cache(maxsize=3)\ndef f(): pass", "example.f"),
        ("class C:\n    known = []", "example.known"),
        ("import pyodbc\ndef f(): pyodbc.pooling = False", "example.f: pyodbc.pooling"),
        ("import os\ndef f(): os.environ['A'] = 'b'", "example.f: os.environ['A']"),
        ("def f(): os.environ.update(a='b')", "example.f: os.environ.update"),
        ("def f(): gc.disable()", "example.f: gc.disable"),
    ],
)
def test_state_is_found_however_it_is_written(code: str, found: str) -> None:
    assert list(state_in("example", ast.parse(code), frozenset({"Counting"}))) == [found]


@pytest.mark.parametrize(
    "code",
    [
        "WORDS = {'a': 1}",
        "ACCOUNTS = {'a': 1}\nACCOUNTS.update(b=2)",
        "CODES = frozenset({1})",
        "def f():\n    seen = []\n    seen.append(1)",
        "class C:\n    @cached_property\n    def f(self): pass",
    ],
)
def test_tables_and_what_ends_with_its_function_are_no_state(code: str) -> None:
    assert list(state_in("example", ast.parse(code), frozenset())) == []


def test_whatever_a_test_leaves_behind_is_put_back(tmp_path: Path) -> None:
    import keyring
    from keyring.backends import null

    from xlpy.excel.engine import open_book
    from xlpy.excel.engine.application import _ENGINE
    from xlpy.excel.workbook.builder import build_workbook
    from xlpy.masking import KnownSecrets, known_now
    from xlpy.profile import vault
    from xlpy.runlog import RunLog

    logger, ring, books = logging.getLogger("xlpy"), keyring.get_keyring(), len(_ENGINE.apps)
    before = (logger.level, logger.propagate, list(logger.handlers), dict(os.environ), Path.cwd(), sys.stdout.errors)
    build_workbook(tmp_path / "Month end.xlsm")
    shared = KnownSecrets("of-a-shared-stage-7")
    with process_as_it_was():
        assert known_now() == set()
        kept = KnownSecrets("of-a-test-7")
        vault._gave_up.append(vault.KeyringUnavailable("it did not answer"))
        open_book(tmp_path / "Month end.xlsm")
        logger.setLevel(1)
        logger.propagate = not logger.propagate
        logger.addHandler(RunLog("left", tmp_path / "log.jsonl"))
        gc.disable()
        os.environ["XLPY_LEFT"] = "behind"
        del os.environ["PATH"]
        os.chdir(tmp_path)
        sys.stdout.reconfigure(errors="ignore")  # type: ignore[union-attr]
        keyring.set_keyring(null.Keyring())
    assert (known_now(), kept.secrets, shared.secrets) == (set(), set(), set())
    assert vault._gave_up == []
    assert len(_ENGINE.apps) == books
    after = (logger.level, logger.propagate, list(logger.handlers), dict(os.environ), Path.cwd(), sys.stdout.errors)
    assert after == before
    assert gc.isenabled()
    assert keyring.get_keyring() is ring
