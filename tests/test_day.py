"""The table of a day: it is sound, unsound ones are refused, and kernels touch what their systems declare."""

import ast
import inspect
import textwrap
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import stalemate
from stalemate.engine.day import DAY, check
from stalemate.errors import ModelError
from stalemate.systems.variables import BY_NAME, RECORDED, SIZES, VARIABLES, state_type

SOURCE = Path(stalemate.__file__).parent
SYSTEMS = [system for _, system in DAY]
LENGTH_BY_AXIS = dict(SIZES)


def altered(name, **changes):
    """Return the day's table with one system's declaration changed."""
    rows = []
    for number, system in DAY:
        stands = {field: getattr(system, field) for field in ("name", "reads", "reads_yesterday", "writes")}
        rows.append((number, SimpleNamespace(**{**stands, **(changes if system.name == name else {})})))
    return tuple(rows)


def without(name, field, *gone):
    """Return a system's declared fields less some."""
    system = next(system for system in SYSTEMS if system.name == name)
    return tuple(item for item in getattr(system, field) if item not in gone)


def test_day__is_sound():
    check()
    check(altered("weather"))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (DAY[::-1], "which nothing has written today"),
        (tuple(row for row in DAY if row[1].name != "airforces"), "nothing writes sorties"),
        (altered("repair", reads=("today", "trucks")), "repair reads trucks, which nothing has written"),
        (altered("front", reads_yesterday=("trucks",)), "reads trucks of yesterday, but today's is there"),
        (altered("strike", reads_yesterday=("tanks",)), "reads tanks of yesterday"),
        (altered("strike", writes=("cuts", "sorties")), "writes sorties, which belongs to airforces"),
        (altered("strike", writes=("cuts", "tanks")), "writes tanks, which belongs to nobody"),
        (altered("weather", writes=without("weather", "writes", "washouts")), "nothing writes washouts"),
        (altered("weather", writes=("washouts",) * 2), "writes washouts again after weather"),
        (altered("front", writes=("order_weight",)), "writes order_weight, which belongs to orders"),
        (tuple((number + 1, system) for number, system in DAY), "not numbered 1, 2, 3"),
        ((), "nothing writes today"),
    ],
)
def test_day__refuses_an_unsound_table(table, words):
    with pytest.raises(ModelError, match="not sound") as caught:
        check(table)
    assert words in str(caught.value)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
@pytest.mark.parametrize("field", ["reads", "reads_yesterday", "writes"])
def test_day__a_system_names_each_field_once(system, field):
    declared = getattr(system, field)
    assert len(set(declared)) == len(declared)
    assert set(declared) <= set(BY_NAME)


class Touched(ast.NodeVisitor):
    """Gather the state's fields that a kernel and the kernels it calls load and store.

    ``aliases`` says what the kernel's names stand for: the whole state (None) or one field of it.
    """

    def __init__(self, names, aliases):
        self.names, self.aliases = names, dict(aliases)
        self.loads, self.stores = set(), set()

    def field_of(self, node):
        """Return the field that an expression is, () if it is none and None if it is the whole state."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, ())
        if isinstance(node, ast.Attribute) and self.field_of(node.value) is None:
            return node.attr
        return ()

    def store(self, target):
        inner = target
        while isinstance(inner, ast.Subscript):
            self.visit(inner.slice)
            inner = inner.value
        field = self.field_of(inner)
        if field == ():
            self.visit(inner)
        elif target is inner and isinstance(inner, ast.Name):
            del self.aliases[inner.id]
        else:
            self.stores.add(field)

    def visit_Assign(self, node):
        self.assign(node.targets, node.value)

    def visit_AnnAssign(self, node):
        self.assign([node.target], node.value)

    def assign(self, targets, value):
        field = self.field_of(value)
        if field == () or isinstance(value, ast.Name):
            self.visit(value)
        for target in targets:
            if isinstance(target, ast.Name) and field != () and self.is_array(field):
                self.aliases[target.id] = field
            else:
                if field != ():
                    self.visit(value)
                self.store(target)

    @staticmethod
    def is_array(field):
        return field is None or bool(BY_NAME[field].axes)

    def visit_AugAssign(self, node):
        self.visit(node.value)
        self.store(node.target)
        inner = node.target
        while isinstance(inner, ast.Subscript):
            inner = inner.value
        self.visit(inner)

    def visit_Attribute(self, node):
        field = self.field_of(node)
        if field == ():
            self.generic_visit(node)
        else:
            self.loads.add(field)

    def visit_Name(self, node):
        field = self.aliases.get(node.id, ())
        if field is not None and field != ():
            self.loads.add(field)

    def visit_Call(self, node):
        passed = {place: self.field_of(argument) for place, argument in enumerate(node.args)}
        passed = {place: field for place, field in passed.items() if field != ()}
        arrays = {place: field for place, field in passed.items() if self.is_array(field)}
        called = self.names.get(node.func.id) if isinstance(node.func, ast.Name) else None
        for place, argument in enumerate(node.args):
            if place not in arrays:
                self.visit(argument)
        assert not node.keywords
        if arrays:
            inner = touched(called, arrays)
            self.loads |= inner.loads
            self.stores |= inner.stores


def touched(function, passed):
    """Return what a kernel does to the state, given at which places it or its fields are passed."""
    plain = inspect.unwrap(getattr(function, "py_func", function))
    tree = ast.parse(textwrap.dedent(inspect.getsource(plain))).body[0]
    names = [argument.arg for argument in tree.args.args]
    visitor = Touched(plain.__globals__, {names[place]: field for place, field in passed.items()})
    for statement in tree.body:
        visitor.visit(statement)
    return visitor


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_day__kernels_touch_exactly_the_fields_that_their_system_declares(system):
    """A system may read what it writes itself; all else that it reads it must say.

    What holds for the whole war is written on the eve and never again.
    """
    found = touched(system.kernel, {2: None})
    assert found.stores <= set(system.writes)
    assert found.stores | written_on_the_eve(system) == set(system.writes)
    assert found.loads - set(system.writes) == set(system.reads) | set(system.reads_yesterday)


def test_day__the_walk_sees_through_calls_aliases_and_subscripts():
    """A kernel made up for the purpose, whose loads and stores are plain to see."""
    found = touched(_made_up, {2: None})
    assert found.stores == {"cuts", "trucks", "open_cuts", "sorties"}
    assert found.loads == {"sorties", "trucks", "washouts", "cuts_reported", "open_share"}


def _made_up(theatre, world, war, day):
    war.cuts[war.cuts_reported[day]] = war.washouts[0]
    war.trucks += 1.0
    flown = war.sorties
    flown[day] = 2.0
    _helper(war.open_cuts, flown, war.open_share[day], day)


def _helper(out, given, share, day):
    out[day] = given[day] + share


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_day__the_eve_is_written_by_each_field_s_owner_alone(system):
    assert written_on_the_eve(system) <= set(system.writes)


def written_on_the_eve(system):
    """Return the fields that a system's ``begin`` names."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(type(system).begin)))
    return {
        node.slice.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "wars"
    }


def test_variables__make_a_record_of_their_axes():
    kind = state_type()
    assert kind.names is not None
    assert sorted(kind.names) == sorted(variable.name for variable in VARIABLES)
    for variable in VARIABLES:
        assert kind[variable.name].shape == tuple(LENGTH_BY_AXIS[axis] for axis in variable.axes)
        assert kind[variable.name].base == np.dtype(variable.dtype)
    assert set(RECORDED) == {variable.name for variable in VARIABLES if variable.kind}
