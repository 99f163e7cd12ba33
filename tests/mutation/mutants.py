"""Mutants of a module: its source with one thing changed, by the operators of mutmut.

mutmut itself changes the bodies of functions; rules and indicators are tables and statements too, so all of a module
is walked here, but for what says nothing when it runs: docstrings, annotations, names of types, decorators.

usage: python -m tests.mutation.mutants SAMPLE SEED FILE...   (prints JSON; runs where mutmut is installed)
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

SHOWN = 90  # characters of a change that tell it


class Changes(cst.CSTVisitor):
    """Every change that an operator would make, with its line."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom)) or _names_a_type(node):
            return False
        place = self.get_metadata(PositionProvider, node, None)
        for kind, operator in mutation_operators:
            if isinstance(place, CodeRange) and isinstance(node, kind):
                changed = (new for new in operator(node) if not _same_letters(node, new))
                self.found += [(place.start.line, node, new) for new in changed]
        return True


def mutants_of(source: str, sample: int, seed: str) -> tuple[int, list[dict]]:
    """Return how many mutants a module has, and some of them drawn at random; all where `sample` is 0."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    changes = Changes()
    wrapper.visit(changes)
    drawn = list(changes.found)
    random.Random(seed).shuffle(drawn)
    return len(drawn), list(_sound(wrapper.module, drawn, sample or len(drawn)))


def _sound(module: cst.Module, drawn: list[tuple[int, cst.CSTNode, cst.CSTNode]], most: int) -> Iterator[dict]:
    """Yield the first mutants that Python takes for a program."""
    for line, old, new in drawn:
        if most == 0:
            return
        changed = module.deep_replace(old, new)
        assert isinstance(changed, cst.Module)
        try:
            compile(changed.code, "mutant", "exec")
        except SyntaxError:
            continue
        most -= 1
        yield {"line": line, "change": _told(module, old, new), "source": changed.code}


def _told(module: cst.Module, old: cst.CSTNode, new: cst.CSTNode) -> str:
    """Tell a change from where both sides part."""
    before, after = (" ".join(module.code_for_node(node).split()) for node in (old, new))
    same = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    begin = max(0, same - SHOWN // 3)
    return f"{before[begin : begin + SHOWN]} → {after[begin : begin + SHOWN]}"


def _same_letters(old: cst.CSTNode, new: cst.CSTNode) -> bool:
    """Tell a text in other letters: to SQL a name in capitals is the same, and another text is a mutant of its own."""
    if not (isinstance(old, cst.SimpleString) and isinstance(new, cst.SimpleString)):
        return False
    return old.value.casefold() == new.value.casefold()


def _names_a_type(node: cst.CSTNode) -> bool:
    """Tell `Words = list[str]` from what is used when it runs."""
    if not (isinstance(node, cst.Assign) and isinstance(node.value, (cst.Subscript, cst.BinaryOperation))):
        return False
    target = node.targets[0].target
    return isinstance(target, cst.Name) and target.value[0].isupper() and not target.value.isupper()


if __name__ == "__main__":
    size, seed = int(sys.argv[1]), sys.argv[2]
    made = {file: mutants_of(Path(file).read_text(), size, f"{seed} {file}") for file in sys.argv[3:]}
    print(json.dumps(made))  # noqa: T201
