"""The shape of the house: imports point down, no circles, no long files."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "stalemate"

# From the ground up: a file may import only from what stands before it in this list.
ORDER = [
    "plaintext",
    "errors",
    "units",
    "shipped",
    "files",
    "spreadsheet",
    "table",
    "compiled",
    "kernel",
    "angles",
    "elementary",
    "streams",
    "evidence.figure",
    "evidence.ledger",
    "evidence.checked",
    "evidence.chronicle",
    "evidence.chart",
    "evidence.readings",
    "evidence.words",
    "evidence.moment",
    "evidence.question",
    "evidence.passage",
    "evidence.index",
    "evidence.fit",
    "evidence.quote",
    "evidence.ask",
    "scenario.catalogue",
    "scenario.cells",
    "scenario.terrain",
    "scenario.air",
    "scenario.diplomacy",
    "scenario.schema",
    "scenario.checks",
    "scenario.airtables",
    "scenario.network",
    "scenario.diplomacytables",
    "scenario.ordertables",
    "scenario.tables",
    "scenario.read",
    "scenario.begin",
    "scenario.extend",
    "scenario.given",
    "scenario.forms",
    "scenario.resolve",
    "scenario.narrow",
    "policies.directive",
    "policies.spent",
    "policies.plans",
    "policies.wrappers",
    "policies.naming",
    "systems.variables",
    "systems.flow",
    "systems.allocation",
    "systems.packages",
    "systems.diplomacy",
    "systems.theatre",
    "systems.arrays",
    "systems.system",
    "systems.bombing",
    "systems.offers",
    "systems.calendar",
    "systems.weather",
    "systems.authority",
    "systems.committee",
    "systems.airforces",
    "systems.counterair",
    "systems.targets",
    "systems.strike",
    "systems.attrition",
    "systems.repair",
    "systems.transport",
    "systems.battles",
    "systems.losses",
    "systems.front",
    "systems.economy",
    "systems.civilians",
    "systems.insurgency",
    "systems.intelligence",
    "systems.talks",
    "engine.day",
    "engine.history",
    "engine.record",
    "engine.simulate",
    "ensemble.footer",
    "ensemble.foreign",
    "ensemble.ondisk",
    "ensemble.outcomes",
    "ensemble.questions",
    "ensemble.formats",
    "ensemble.store",
    "ensemble.posteriors",
    "ensemble.runs",
    "ensemble.pool",
    "ensemble.cluster",
    "ensemble.runner",
    "ensemble.jobs",
    "analysis.estimate",
    "analysis.leaning",
    "analysis.sensitivity",
    "analysis.screening",
    "analysis.discovery",
    "analysis.precision",
    "analysis.compare",
    "analysis.verdict",
    "analysis.services",
    "analysis.played",
    "analysis.playback",
    "analysis.predict",
    "analysis.baselines",
    "analysis.scorecard",
    "analysis.calibrate",
    "analysis.hazards",
    "analysis.rivals",
    "analysis.concessions",
    "analysis.settlement",
    "analysis.weighing",
    "analysis.accounts",
    "analysis.pressure",
    "analysis.explain",
    "analysis.explainwords",
    "analysis.shapley",
    "analysis.causes",
    "analysis.ranking",
    "analysis.best_plan",
    "analysis.fortnight",
    "analysis.choice",
    "analysis.frontier",
    "analysis.netfile",
    "analysis.binaries",
    "analysis.game",
    "analysis.maxflow_interdiction",
    "analysis.shortest_path_interdiction",
    "analysis.interdiction",
    "analysis.campaign",
    "analysis.lineresponse",
    "analysis.cutsets",
    "analysis.standing",
    "analysis.floormonth",
    "analysis.floor",
    "analysis.floorcheck",
    "interfaces.tables",
    "interfaces.templating",
    "interfaces.payloads",
    "interfaces.evidencetables",
    "interfaces.evidence",
    "interfaces.scenario",
    "interfaces.progress",
    "interfaces.wartables",
    "interfaces.settlements",
    "interfaces.causes",
    "interfaces.picture",
    "interfaces.servicetables",
    "interfaces.strips",
    "interfaces.atlas.projection",
    "interfaces.atlas.basemap",
    "interfaces.reportpictures",
    "interfaces.pages",
    "interfaces.options",
    "interfaces.report",
    "interfaces.wars",
    "interfaces.calibrations",
    "interfaces.why",
    "interfaces.sensitivities",
    "interfaces.targets",
    "interfaces.campaign",
    "interfaces.frontierpicture",
    "interfaces.frontiers",
    "interfaces.interdict",
    "interfaces.explaintables",
    "interfaces.explainpicture",
    "interfaces.explain",
    "interfaces.floorpicture",
    "interfaces.floor",
    "interfaces.ask",
    "interfaces.atlas.words",
    "interfaces.atlas.addresses",
    "interfaces.atlas.archive",
    "interfaces.atlas.bounds",
    "interfaces.atlas.conditions",
    "interfaces.atlas.overlays",
    "interfaces.atlas.shapes",
    "interfaces.atlas.playshapes",
    "interfaces.atlas.provenance",
    "interfaces.atlas.drawing",
    "interfaces.atlas.lanes",
    "interfaces.atlas.held",
    "interfaces.atlas.dated",
    "interfaces.atlas.story",
    "interfaces.atlas.scores",
    "interfaces.atlas.articles",
    "interfaces.atlas.views",
    "interfaces.atlas.static",
    "interfaces.atlas.site",
    "interfaces.atlas.faults",
    "interfaces.atlas.guard",
    "interfaces.atlas.remembered",
    "interfaces.atlas.runquestions",
    "interfaces.atlas.runoptions",
    "interfaces.atlas.runcharts",
    "interfaces.atlas.runtables",
    "interfaces.atlas.runfiles",
    "interfaces.atlas.runanswers",
    "interfaces.atlas.bench",
    "interfaces.atlas.downloads",
    "interfaces.atlas.mapshapes",
    "interfaces.atlas.mapapi",
    "interfaces.atlas.columns",
    "interfaces.atlas.playing",
    "interfaces.atlas.playapi",
    "interfaces.atlas.api",
    "interfaces.atlas.runapi",
    "interfaces.atlas.runpages",
    "interfaces.atlas.runexport",
    "interfaces.atlas.serving",
    "interfaces.atlas.app",
    "interfaces.atlas.export",
    "interfaces.atlas.command",
    "interfaces.cli",
]
MODULES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts): path
    for path in sorted(SOURCE.rglob("*.py"))
    if path.name not in ("__init__.py", "__main__.py")
}


def imports_of(path: Path) -> set[str]:
    """Return the modules of the package that a file imports anywhere, as dotted names below it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("stalemate"):
            base = (node.module or "").removeprefix("stalemate").lstrip(".")
            for alias in node.names:
                dotted = f"{base}.{alias.name}".lstrip(".")
                found.add(dotted if dotted in MODULES else base)
        elif isinstance(node, ast.Import):
            found |= {
                a.name.removeprefix("stalemate.") for a in node.names if a.name.startswith("stalemate.")
            }
    return found - {""}


SYSTEMS = {
    name.removeprefix("systems.")
    for name in imports_of(MODULES["engine.day"])
    if name.startswith("systems.") and name not in ("systems.system", "systems.variables")
}


def test_layers__every_module_has_its_place_in_the_order():
    assert sorted(MODULES) == sorted(ORDER)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_layers__imports_point_down(module):
    """With a total order, pointing down also means that there are no circles."""
    upward = [name for name in imports_of(MODULES[module]) if ORDER.index(name) >= ORDER.index(module)]
    assert upward == []


@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_layers__systems_never_import_each_other(system):
    others = {f"systems.{name}" for name in SYSTEMS - {system}}
    assert imports_of(MODULES[f"systems.{system}"]) & others == set()


@pytest.mark.parametrize("path", [*SOURCE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")], ids=str)
def test_layers__no_file_is_longer_than_500_lines(path):
    assert len(path.read_text().splitlines()) <= 500
