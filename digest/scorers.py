"""Finds the formulas: each file of `digest/formulas` is one, under its own name."""

import pkgutil
from importlib import import_module

from digest import formulas
from digest.candidates import Formula

DEFAULT = "expected"
BASELINE = "raw"


def _found() -> dict[str, Formula]:
    names = sorted(module.name for module in pkgutil.iter_modules(formulas.__path__))
    return {name: import_module(f"{formulas.__name__}.{name}").score for name in names}


FORMULAS = _found()
