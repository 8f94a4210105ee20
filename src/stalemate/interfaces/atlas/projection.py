"""The conic projection of the maps: Lambert's conformal one on a sphere, in kilometres.

J. P. Snyder, Map Projections: A Working Manual, U.S. Geological Survey Professional Paper 1395 (1987),
pp. 104-109, equations 14-1 to 14-11 and 15-1 to 15-5. Angles are true everywhere; lengths are true on the two
standard parallels and off by less than half a per cent between 34 and 43 degrees north.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

EARTH_KM: Final = 6371.0088
"""Mean radius of the earth."""


@dataclass(frozen=True)
class Conic:
    """A cone through two parallels, all in degrees; ``middle`` and ``origin`` are where x and y are zero."""

    south: float
    north: float
    middle: float
    origin: float
    radius: float = EARTH_KM

    @cached_property
    def cone(self) -> float:
        """The constant of the cone, n: how far a degree of longitude turns on the map."""
        if self.south == self.north:
            return math.sin(math.radians(self.south))
        cosines = math.cos(math.radians(self.south)) / math.cos(math.radians(self.north))
        return math.log(cosines) / math.log(_stretch(self.north) / _stretch(self.south))

    def forward(self, lon: float, lat: float) -> tuple[float, float]:
        """Return x to the east and y to the north of a place."""
        rho, theta = self._rho(lat), self.cone * math.radians(lon - self.middle)
        return rho * math.sin(theta), self._rho(self.origin) - rho * math.cos(theta)

    def inverse(self, x: float, y: float) -> tuple[float, float]:
        """Return longitude and latitude of a point of the map."""
        below = self._rho(self.origin) - y
        rho = math.copysign(math.hypot(x, below), self.cone)
        theta = math.atan2(x, below) if self.cone > 0 else math.atan2(-x, -below)
        stretch = (self._factor / rho) ** (1 / self.cone)
        return self.middle + math.degrees(theta) / self.cone, 2 * math.degrees(math.atan(stretch)) - 90

    @cached_property
    def _factor(self) -> float:
        south = math.radians(self.south)
        return float(self.radius * math.cos(south) * _stretch(self.south) ** self.cone / self.cone)

    def _rho(self, lat: float) -> float:
        return float(self._factor / _stretch(lat) ** self.cone)


def _stretch(lat: float) -> float:
    return math.tan(math.pi / 4 + math.radians(lat) / 2)


KOREA: Final = Conic(south=35.5, north=41.5, middle=127.5, origin=38.5)
"""The projection of every map of the atlas."""
