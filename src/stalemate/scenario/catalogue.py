"""What a scenario's ``parameters`` table must hold: one entry for each parameter that a system asks for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Needed:
    """One parameter that the model cannot do without.

    ``low_bound`` and ``high_bound`` are in ``unit`` and bound every number of the parameter's rows, not only
    its middle. ``dated`` says whether the parameter may hold several values over time. ``owner`` is the
    system that reads it.
    """

    name: str
    unit: str
    low_bound: float
    high_bound: float
    dated: bool
    owner: str
    meaning: str


PARAMETERS: tuple[Needed, ...] = (
    Needed(
        "flood_washouts_per_day", "bridges/day", 0.0, 200.0, True, "weather", "rail bridges washed out a day"
    ),
    Needed(
        "flood_bridge_days",
        "days",
        0.1,
        100.0,
        False,
        "repair",
        "mean days to replace a bridge lost to flood",
    ),
    Needed(
        "effort_day_sigma",
        "1",
        0.0,
        2.0,
        False,
        "airforces",
        "log deviation of a day's sorties round the month's mean",
    ),
    Needed(
        "effort_doubt_fighter_bomber",
        "1",
        -10.0,
        10.0,
        False,
        "airforces",
        "standard normal doubt of the class's effort, scaled by its factor_sigma",
    ),
    Needed("effort_doubt_b26", "1", -10.0, 10.0, False, "airforces", "the same for light bombers"),
    Needed("effort_doubt_b29", "1", -10.0, 10.0, False, "airforces", "the same for medium bombers"),
    Needed("effort_doubt_marine", "1", -10.0, 10.0, False, "airforces", "the same for Marine aircraft"),
    Needed("effort_doubt_carrier", "1", -10.0, 10.0, False, "airforces", "the same for carrier aircraft"),
    Needed("effort_availability_factor", "1", 0.1, 5.0, False, "airforces", "doubt of the serviceable share"),
    Needed(
        "loss_per_1000_fighter_bomber",
        "aircraft/1000 sorties",
        0.0,
        1000.0,
        False,
        "airforces",
        "fighter-bombers lost per 1,000 offensive sorties",
    ),
    Needed(
        "loss_relative_b26", "1", 0.0, 100.0, False, "airforces", "loss rate over that of fighter-bombers"
    ),
    Needed(
        "loss_relative_b29", "1", 0.0, 100.0, False, "airforces", "loss rate over that of fighter-bombers"
    ),
    Needed(
        "loss_relative_marine", "1", 0.0, 100.0, False, "airforces", "loss rate over that of fighter-bombers"
    ),
    Needed(
        "loss_relative_carrier", "1", 0.0, 100.0, False, "airforces", "loss rate over that of fighter-bombers"
    ),
    Needed(
        "loss_heavy_damage_ratio",
        "1",
        0.0,
        20.0,
        False,
        "airforces",
        "aircraft heavily damaged per aircraft lost",
    ),
    Needed("loss_repair_days", "days", 1.0, 400.0, False, "airforces", "mean days in heavy repair"),
    Needed("loss_replaced_share", "1", 0.0, 1.0, False, "airforces", "replacements per aircraft lost"),
    Needed(
        "loss_replacement_days",
        "days",
        1.0,
        400.0,
        False,
        "airforces",
        "mean days until a replacement arrives",
    ),
    Needed("cut_hit_share", "1", 0.0, 1.0, True, "strike", "share of bombs that cut a rail"),
    Needed("cut_bombs_fighter_bomber", "bombs/sortie", 0.0, 100.0, False, "strike", "bombs a sortie"),
    Needed("cut_bombs_marine", "bombs/sortie", 0.0, 100.0, False, "strike", "bombs a sortie"),
    Needed("cut_bombs_carrier", "bombs/sortie", 0.0, 100.0, False, "strike", "bombs a sortie"),
    Needed("cut_per_sortie_b26", "cuts/sortie", 0.0, 100.0, False, "strike", "cuts a rail sortie by night"),
    Needed("cut_per_sortie_b29", "cuts/sortie", 0.0, 100.0, False, "strike", "cuts a rail sortie"),
    Needed("cut_common_factor", "1", 0.01, 100.0, False, "strike", "one factor on all cuts"),
    Needed(
        "cut_clustering",
        "1",
        0.05,
        1000.0,
        False,
        "strike",
        "shape of the gamma that scatters a section's cuts in a day",
    ),
    Needed("cut_coverage", "1", 0.0, 20.0, True, "strike", "counted cuts per cut made"),
    Needed(
        "bridge_cases_per_sortie_fighter",
        "cases/sortie",
        0.0,
        10.0,
        False,
        "strike",
        "bridges damaged per sortie aimed at bridges, small aircraft",
    ),
    Needed(
        "bridge_cases_per_sortie_b29",
        "cases/sortie",
        0.0,
        10.0,
        False,
        "strike",
        "bridges damaged per sortie aimed at bridges, medium bombers",
    ),
    Needed(
        "bridge_critical_share",
        "1",
        0.0,
        1.0,
        False,
        "strike",
        "share of damage cases that put a bridge out of use",
    ),
    Needed(
        "truck_lost_per_1000_sorties",
        "trucks/1000 sorties",
        0.0,
        10000.0,
        False,
        "strike",
        "trucks destroyed per 1,000 road sorties",
    ),
    Needed(
        "repair_density_triangle", "men/km", 0.0, 5000.0, True, "repair", "repair crews along the triangle"
    ),
    Needed(
        "repair_density_elsewhere", "men/km", 0.0, 5000.0, True, "repair", "repair crews along other lines"
    ),
    Needed(
        "repair_hot_length_km",
        "km",
        0.1,
        500.0,
        False,
        "repair",
        "length of the stretch that a section's cuts and crews share",
    ),
    Needed(
        "repair_man_hours_per_cut",
        "man-hours",
        1.0,
        100000.0,
        False,
        "repair",
        "work to mend a cut, before learning",
    ),
    Needed("repair_learning_progress", "1", 0.0, 1.0, True, "repair", "how much of the learning is done"),
    Needed(
        "repair_learning", "1", 0.0, 0.99, False, "repair", "fall of the work a cut when learning is done"
    ),
    Needed("repair_alert_share", "1", 0.0, 1.0, False, "repair", "share of dark hours left for work"),
    Needed(
        "repair_minimum_hours",
        "hours",
        0.0,
        24.0,
        False,
        "repair",
        "least time before a cut line can be whole",
    ),
    Needed("repair_blocking_share", "1", 0.0, 1.0, False, "repair", "share of cuts that block the line"),
    Needed(
        "repair_twilight_hours",
        "hours",
        0.0,
        6.0,
        False,
        "repair",
        "light at dusk and dawn that stops night work",
    ),
    Needed(
        "repair_own_clock_km",
        "km",
        0.1,
        500.0,
        False,
        "repair",
        "length of line that gives a cut its gang, in the rival form",
    ),
    Needed("bridge_parallel", "bridges", 1.0, 4.0, True, "repair", "parallel bridges at a crossing"),
    Needed("bridge_days", "days", 0.05, 400.0, True, "repair", "median days to put a bridge back"),
    Needed(
        "bridge_days_sigma", "1", 0.0, 3.0, False, "repair", "log deviation of the days to put a bridge back"
    ),
    Needed("repair_break_km", "km", 0.0, 500.0, False, "repair", "line made useless by one break"),
    Needed(
        "rail_trunk_cars",
        "cars/day",
        0.0,
        10000.0,
        True,
        "transport",
        "loaded cars that the main trunk passes in a whole eleven-hour night",
    ),
    Needed("rail_trunk_factor", "1", 0.01, 100.0, False, "transport", "doubt of all railway capacities"),
    Needed("rail_tonnes_per_car", "t/car", 1.0, 200.0, False, "transport", "load of a car"),
    Needed(
        "rail_transship_cars",
        "cars/day",
        0.0,
        1000.0,
        True,
        "transport",
        "cars a day that trucks can carry round a shut line",
    ),
    Needed(
        "truck_per_transshipped_car",
        "trucks per car/day",
        0.0,
        1000.0,
        False,
        "transport",
        "trucks tied to one car a day of trans-shipment",
    ),
    Needed(
        "truck_transship_share",
        "1",
        0.0,
        1.0,
        False,
        "transport",
        "share of supply trucks that can be spared to carry round shut lines",
    ),
    Needed("truck_payload_t", "t/truck", 0.1, 50.0, False, "transport", "load of a truck"),
    Needed("truck_serviceable", "1", 0.0, 1.0, False, "transport", "share of trucks fit for the road"),
    Needed("truck_supply_share", "1", 0.0, 1.0, False, "transport", "share of trucks on the supply line"),
    Needed("truck_km_per_night", "km/night", 1.0, 1000.0, True, "transport", "way of a truck in a night"),
    Needed(
        "truck_handling_days", "days", 0.0, 30.0, False, "transport", "loading and dispersal a round trip"
    ),
    Needed("truck_first_number", "trucks", 0.0, 1000000.0, False, "transport", "trucks on the first day"),
    Needed("truck_received_per_day", "trucks/day", 0.0, 10000.0, True, "transport", "trucks received"),
    Needed(
        "truck_loaded_share", "1", 0.0, 1.0, False, "transport", "share of destroyed trucks that were loaded"
    ),
    Needed("porter_number", "persons", 0.0, 10000000.0, False, "transport", "porters that can be called"),
    Needed("porter_load_t", "t/person", 0.0, 0.2, False, "transport", "load of a porter"),
    Needed("porter_km_per_night", "km/night", 1.0, 100.0, False, "transport", "way of a porter in a night"),
    Needed("supply_grain_t_per_day", "t/day", 0.001, 100000.0, True, "front", "grain eaten by the armies"),
    Needed(
        "supply_grain_priority",
        "1",
        1.0,
        100.0,
        False,
        "front",
        "how far grain goes before the rest of an order",
    ),
    Needed("supply_first_stock_days", "days", 0.0, 1000.0, False, "front", "grain on the first day"),
    Needed("supply_target_days", "days", 0.0, 1000.0, True, "front", "grain ordered to be held"),
    Needed(
        "supply_pull_days",
        "days",
        1.0,
        1000.0,
        False,
        "front",
        "days over which a gap in stock is to be closed",
    ),
    Needed(
        "works_cars",
        "cars/day",
        0.0,
        10000.0,
        True,
        "front",
        "other supply ordered: engineer stores, clothing, fuel",
    ),
    Needed(
        "works_front_share", "1", 0.0, 1.0, False, "front", "share of works freight that goes on to the front"
    ),
    Needed("civil_cars", "cars/day", 0.0, 10000.0, False, "transport", "civil freight asked of the railway"),
    Needed("ammunition_t_per_round", "t/round", 0.0001, 1.0, False, "front", "weight of a round"),
    Needed("ammunition_first_stock_t", "t", 0.0, 10000000.0, False, "front", "ammunition on the first day"),
    Needed("ammunition_target_t", "t", 0.001, 10000000.0, True, "front", "ammunition ordered to be held"),
    Needed(
        "fire_policy",
        "rounds/day",
        0.001,
        10000000.0,
        True,
        "front",
        "Communist fire where it follows orders",
    ),
    Needed(
        "fire_start_rounds",
        "rounds/day",
        0.001,
        10000000.0,
        False,
        "front",
        "Communist fire on the first day, other forms",
    ),
    Needed(
        "fire_growth_per_day", "1/day", -1.0, 1.0, False, "front", "log growth of Communist fire, other forms"
    ),
    Needed(
        "fire_ceiling",
        "rounds/day",
        0.001,
        10000000.0,
        False,
        "front",
        "level at which growth stops, growth alone",
    ),
    Needed(
        "fire_ceiling_caused",
        "rounds/day",
        0.001,
        10000000.0,
        False,
        "front",
        "level at which growth stops where a cause adds fire",
    ),
    Needed("fire_battle_factor", "1", 0.0, 100.0, False, "front", "fire added on a day of hill battles"),
    Needed("fire_retribution", "1", 0.0, 1000.0, False, "front", "fire added per unit of air pressure"),
    Needed("fire_surplus", "1", 0.0, 1000.0, False, "front", "fire added when interdiction has ended"),
    Needed("fire_retribution_lag_days", "days", 1.0, 1000.0, False, "front", "mean delay of retribution"),
    Needed("fire_surplus_lag_days", "days", 1.0, 1000.0, False, "front", "mean delay of surplus"),
    Needed(
        "fire_pressure_reference",
        "sorties/day",
        0.001,
        100000.0,
        False,
        "front",
        "pressure sorties a day that count as 1",
    ),
    Needed(
        "fire_rail_reference",
        "sorties/day",
        0.001,
        100000.0,
        False,
        "front",
        "rail sorties a day that count as 1",
    ),
    Needed(
        "fire_stock_days", "days", 1.0, 1000.0, False, "front", "days over which ammunition in hand is spread"
    ),
    Needed("fire_un_rounds", "rounds/day", 0.0, 10000000.0, True, "front", "UN fire"),
    Needed("battle_share", "1", 0.0, 1.0, True, "front", "share of days with hill battles"),
    Needed(
        "casualty_rounds_dug_in",
        "rounds/casualty",
        0.001,
        1000000.0,
        True,
        "front",
        "UN rounds per casualty on a dug-in front",
    ),
    Needed(
        "casualty_rounds_exposed",
        "rounds/casualty",
        0.001,
        1000000.0,
        False,
        "front",
        "UN rounds per casualty among attackers",
    ),
    Needed(
        "casualty_battle_fire_share",
        "1",
        0.0,
        1.0,
        False,
        "front",
        "share of UN fire on attackers on a day of battle",
    ),
    Needed(
        "casualty_us_deaths_quiet",
        "persons/day",
        0.0,
        100000.0,
        False,
        "front",
        "US dead a day on a quiet front at 3,000 Communist rounds",
    ),
    Needed(
        "casualty_fire_exponent",
        "1",
        -2.0,
        5.0,
        False,
        "front",
        "exponent of US quiet dead on Communist rounds",
    ),
    Needed(
        "casualty_us_deaths_battle",
        "persons/day",
        0.0,
        100000.0,
        True,
        "front",
        "US dead added on a day of hill battles",
    ),
    Needed(
        "casualty_clustering",
        "1",
        0.05,
        1000.0,
        False,
        "front",
        "shape of the gamma that scatters a day's dead",
    ),
    Needed("casualty_wounded_per_dead", "1", 0.0, 100.0, False, "front", "wounded per dead"),
    Needed("casualty_un_per_us", "1", 1.0, 100.0, False, "front", "UN over US casualties"),
)
"""Every parameter of the model; a scenario holds all of them and no others."""
