"""The list of public names is on purpose."""

import stalemate

PUBLIC = {
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
    "floor",
    "find_posterior",
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
}


def test_public_names__are_exactly_these():
    assert set(stalemate.__all__) == PUBLIC
    assert set(dir(stalemate)) == PUBLIC
    assert set(stalemate._HOMES) == PUBLIC


def test_public_names__can_all_be_imported_and_are_documented():
    for name in PUBLIC:
        thing = getattr(stalemate, name)
        assert thing.__name__ == name
        assert thing.__doc__


def test_public_names__others_are_refused_in_the_usual_words():
    assert not hasattr(stalemate, "run_blocks")
