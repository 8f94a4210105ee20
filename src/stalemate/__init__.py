"""Stalemate: an open campaign laboratory for limited war.

The public names stand here; each is imported when it is first used, so that ``import stalemate`` is quick::

    import stalemate as sm

    war = sm.load("korea-1951")
    print(sm.compare(war, "banfill", "historical").contrast("front_tonnes").difference)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stalemate.analysis.calibrate import Calibration, calibrate
    from stalemate.analysis.causes import Causes, why
    from stalemate.analysis.compare import Comparison, compare
    from stalemate.analysis.estimate import Estimate
    from stalemate.analysis.explain import Explained, explain
    from stalemate.analysis.floor import Floors, floor
    from stalemate.analysis.interdiction import Interdiction, interdict
    from stalemate.analysis.playback import playback
    from stalemate.analysis.played import Playback
    from stalemate.analysis.predict import Prediction, predict
    from stalemate.analysis.scorecard import Scorecard, scorecard
    from stalemate.analysis.settlement import Settlement, settlement
    from stalemate.analysis.verdict import verdict
    from stalemate.engine.simulate import Structures
    from stalemate.ensemble.posteriors import find_posterior, write_posterior
    from stalemate.ensemble.runner import run
    from stalemate.ensemble.runs import Runs, read_run
    from stalemate.errors import StalemateError
    from stalemate.policies.directive import AbstractPolicy
    from stalemate.scenario.read import load
    from stalemate.scenario.schema import Scenario

__all__ = [
    "AbstractPolicy",
    "Calibration",
    "Causes",
    "Comparison",
    "Estimate",
    "Explained",
    "Floors",
    "Interdiction",
    "Playback",
    "Prediction",
    "Runs",
    "Scenario",
    "Scorecard",
    "Settlement",
    "StalemateError",
    "Structures",
    "calibrate",
    "compare",
    "explain",
    "find_posterior",
    "floor",
    "interdict",
    "load",
    "playback",
    "predict",
    "read_run",
    "run",
    "scorecard",
    "settlement",
    "verdict",
    "why",
    "write_posterior",
]

_HOMES = {
    "AbstractPolicy": "policies.directive",
    "Calibration": "analysis.calibrate",
    "Causes": "analysis.causes",
    "Comparison": "analysis.compare",
    "Estimate": "analysis.estimate",
    "Explained": "analysis.explain",
    "Floors": "analysis.floor",
    "Interdiction": "analysis.interdiction",
    "Playback": "analysis.played",
    "Prediction": "analysis.predict",
    "Runs": "ensemble.runs",
    "Scenario": "scenario.schema",
    "Scorecard": "analysis.scorecard",
    "Settlement": "analysis.settlement",
    "StalemateError": "errors",
    "Structures": "engine.simulate",
    "calibrate": "analysis.calibrate",
    "compare": "analysis.compare",
    "explain": "analysis.explain",
    "floor": "analysis.floor",
    "find_posterior": "ensemble.posteriors",
    "interdict": "analysis.interdiction",
    "load": "scenario.read",
    "playback": "analysis.playback",
    "predict": "analysis.predict",
    "read_run": "ensemble.runs",
    "run": "ensemble.runner",
    "scorecard": "analysis.scorecard",
    "settlement": "analysis.settlement",
    "verdict": "analysis.verdict",
    "why": "analysis.causes",
    "write_posterior": "ensemble.posteriors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'stalemate' has no attribute {name!r}")
    return getattr(import_module(f"stalemate.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
