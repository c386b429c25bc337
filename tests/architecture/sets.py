"""Which expressions are sets, as far as a syntax tree tells.

A name is one if it is annotated as one, or assigned an expression that is one; an attribute if any class of the
package annotates a field of that name so; a call if the function is annotated to return one. A mapping to sets is
known too, so that `by_skill[skill]` is a set. What cannot be told is taken for something else.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

SET_TYPES: Final = frozenset({"set", "frozenset", "Set", "FrozenSet", "AbstractSet", "MutableSet"})
MAPPING_TYPES: Final = frozenset({"dict", "defaultdict", "Mapping", "MutableMapping", "OrderedDict"})
ORDER_FREE: Final = frozenset({"sorted", "sum", "any", "all", "len", "set", "frozenset", "min", "max"})
ORDER_TAKING: Final = frozenset(
    {
        "list", "tuple", "iter", "enumerate", "zip", "map", "filter", "fromkeys", "join", "extend", "deque", "chain",
        "from_iterable", "accumulate", "reduce", "islice", "OrderedDict",
    }
)  # fmt: skip
_ALGEBRA: Final = (ast.BitOr, ast.BitAnd, ast.BitXor, ast.Sub)
_SET_METHODS: Final = frozenset({"union", "intersection", "difference", "symmetric_difference", "copy"})
_VIEWS: Final = frozenset({"keys", "items"})

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Scope:
    """Names that hold sets, or mappings to sets, in a function and around it."""

    def __init__(self, attributes: frozenset[str], functions: frozenset[str], outer: Scope | None = None) -> None:
        self._attributes = attributes
        self._functions = functions
        self._sets: set[str] = set(outer._sets) if outer else set()
        self._maps: set[str] = set(outer._maps) if outer else set()

    @staticmethod
    def walk(tree: ast.Module, attributes: frozenset[str]) -> Iterator[tuple[Scope, ast.AST]]:
        """Every node with the scope it stands in."""
        own = attributes | set_fields(tree)
        returning = frozenset(
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.returns is not None and annotates_set(node.returns)
        )
        yield from Scope(own, returning)._below(tree)

    def _below(self, node: ast.AST) -> Iterator[tuple[Scope, ast.AST]]:
        self._learn(node)
        for child in _children(node):
            yield self, child
            if isinstance(child, _Function):
                inner = Scope(self._attributes, self._functions, self)
                inner._take_parameters(child)
                yield from inner._below(child)
            else:
                yield from self._below(child)

    def _learn(self, node: ast.AST) -> None:
        """Takes in the assignments directly below a function or module before anything there is judged."""
        if not isinstance(node, _Function | ast.Module):
            return
        for inner in _same_scope(node):
            match inner:
                case ast.AnnAssign(target=ast.Name(id=word), annotation=annotation):
                    self._annotate(word, annotation)
                case ast.Assign(targets=targets, value=value) if self.is_set(value):
                    self._sets.update(target.id for target in targets if isinstance(target, ast.Name))
                case ast.NamedExpr(target=ast.Name(id=word), value=value) if self.is_set(value):
                    self._sets.add(word)
                case ast.For(target=ast.Name(id=word), iter=over) if self._gives_sets(over):
                    self._sets.add(word)
                case _:
                    pass

    def _take_parameters(self, function: _Function) -> None:
        taken = function.args
        for argument in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs):
            self._sets.discard(argument.arg)
            self._maps.discard(argument.arg)
            if argument.annotation is not None:
                self._annotate(argument.arg, argument.annotation)

    def _annotate(self, word: str, annotation: ast.expr) -> None:
        if annotates_set(annotation):
            self._sets.add(word)
        if annotates_map_of_sets(annotation):
            self._maps.add(word)

    def is_set(self, node: ast.expr) -> bool:
        """Whether the expression is a set, as far as can be told."""
        match node:
            case ast.Set() | ast.SetComp():
                return True
            case ast.Name(id=word):
                return word in self._sets
            case ast.Attribute(attr=word):
                return word in self._attributes
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _ALGEBRA):
                return any(self.is_set(side) or _is_view(side) for side in (left, right))
            case ast.IfExp(body=one, orelse=other) | ast.BoolOp(values=[one, *_, other]):
                return self.is_set(one) or self.is_set(other)
            case ast.NamedExpr(value=value):
                return self.is_set(value)
            case ast.Subscript(value=value):
                return self._is_map(value)
            case ast.Call():
                return self._call_is_set(node)
            case _:
                return False

    def _call_is_set(self, call: ast.Call) -> bool:
        match call.func:
            case ast.Name(id=word):
                return word in {"set", "frozenset"} or word in self._functions
            case ast.Attribute(value=value, attr=word):
                if word in _SET_METHODS and self.is_set(value):
                    return True
                if word in {"get", "setdefault", "pop"} and self._is_map(value):
                    return True
                return word in self._functions
            case _:
                return False

    def _gives_sets(self, over: ast.expr) -> bool:
        match over:
            case ast.Call(func=ast.Attribute(value=value, attr="values")):
                return self._is_map(value)
            case _:
                return False

    def _is_map(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(id=word):
                return word in self._maps
            case ast.Attribute(attr=word):
                return "map:" + word in self._attributes
            case _:
                return False


def set_fields(tree: ast.Module) -> frozenset[str]:
    """Fields of classes (and of `self`) that hold sets; those that hold mappings to sets begin with `map:`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.AnnAssign(target=ast.Attribute(attr=word), annotation=annotation):
                found.update(_field(word, annotation))
            case ast.ClassDef(body=body):
                for line in body:
                    match line:
                        case ast.AnnAssign(target=ast.Name(id=word), annotation=annotation):
                            found.update(_field(word, annotation))
                        case ast.FunctionDef(name=word, returns=ast.expr() as annotation) if line.decorator_list:
                            found.update(_field(word, annotation))
                        case _:
                            pass
            case _:
                pass
    return frozenset(found)


def annotates_set(annotation: ast.expr) -> bool:
    """Whether an annotation names a set, also as one side of a union or inside Final or Annotated."""
    match annotation:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word in SET_TYPES
        case ast.Subscript(value=ast.Name(id="Final" | "Annotated" | "ClassVar" | "Optional"), slice=inner):
            first = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
            return annotates_set(first)
        case ast.Subscript(value=value):
            return annotates_set(value)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return annotates_set(left) or annotates_set(right)
        case ast.Constant(value=str(text)):
            return annotates_set(ast.parse(text, mode="eval").body)
        case _:
            return False


def annotates_map_of_sets(annotation: ast.expr) -> bool:
    """Whether an annotation names a mapping whose values are sets."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="Final" | "ClassVar"), slice=inner):
            return annotates_map_of_sets(inner)
        case ast.Subscript(value=ast.Name(id=word) | ast.Attribute(attr=word), slice=ast.Tuple(elts=[_, values])):
            return word in MAPPING_TYPES and annotates_set(values)
        case _:
            return False


def _field(word: str, annotation: ast.expr) -> Iterator[str]:
    if annotates_set(annotation):
        yield word
    if annotates_map_of_sets(annotation):
        yield "map:" + word


def _is_view(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _VIEWS


def _children(node: ast.AST) -> Iterator[ast.AST]:
    return ast.iter_child_nodes(node)


def _same_scope(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _Function):
            yield from _same_scope(child)
