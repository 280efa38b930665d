"""The examples in the docstrings run, and every public function of the analysis has a docstring that says what comes back."""

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import analysis

MODULES = [
    importlib.import_module(f"analysis.{found.name}") for found in pkgutil.iter_modules(analysis.__path__) if found.name != "__main__"
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_examples_run(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_public_function_says_what_it_does(module: ModuleType) -> None:
    functions = [
        each
        for name, each in inspect.getmembers(module, inspect.isfunction)
        if each.__module__ == module.__name__ and not name.startswith("_")
    ]
    assert [each.__name__ for each in functions if not each.__doc__] == []
