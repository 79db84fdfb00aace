"""Yards and ways on the schematic, by street and position."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch of a street: the one nearest to a position, heading `toward` (N, E, S, W) if that matters."""

    street: str
    lon: float
    lat: float
    toward: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """From a yard by way of some streets to another yard."""

    start: Spot
    via: tuple[Spot, ...]
    end: Spot


DEPOTS = {
    "E": Spot("示意东乡道", 110.8158, 35.142),
    "N": Spot("示意北乡道", 110.760, 35.1802),
    "NE": Spot("示意北乡道", 110.785, 35.1802),
    "NW": Spot("示意西乡道", 110.7282, 35.172),
    "S": Spot("示意南乡道", 110.760, 35.1118),
    "SE": Spot("示意南乡道", 110.785, 35.1118),
    "SW": Spot("示意西乡道", 110.7282, 35.120),
    "W": Spot("示意西乡道", 110.7282, 35.142),
}
_E, _N, _NE, _NW, _S, _SE, _SW, _W = DEPOTS.values()
YARDS = (
    Spot("示意一街", 110.763, 35.1325),
    Spot("示意三街", 110.781, 35.1415),
    Spot("示意五街", 110.757, 35.1510),
    Spot("示意七街", 110.754, 35.1435),
    Spot("示意十二街", 110.790, 35.1485),
    Spot("示意六街", 110.781, 35.1598),
    Spot("示意三街", 110.763, 35.1415),
    Spot("示意五街", 110.787, 35.1510),
)

# the four ring roads in the middle of a side, and the ends that run on beyond the corners
_SOUTH_E, _SOUTH_W = Spot("丰喜大道", 110.764, 35.128, "E"), Spot("丰喜大道", 110.764, 35.128, "W")
_NORTH_E, _NORTH_W = Spot("峨嵋大道", 110.769, 35.164, "E"), Spot("峨嵋大道", 110.769, 35.164, "W")
_WEST_N, _WEST_S = Spot("西环路", 110.748, 35.141, "N"), Spot("西环路", 110.748, 35.141, "S")
_EAST_N, _EAST_S = Spot("东环路", 110.796, 35.141, "N"), Spot("东环路", 110.796, 35.141, "S")
_SW_E, _SW_W = Spot("丰喜大道", 110.738, 35.128, "E"), Spot("丰喜大道", 110.738, 35.128, "W")
_SE_E, _SE_W = Spot("丰喜大道", 110.806, 35.128, "E"), Spot("丰喜大道", 110.806, 35.128, "W")
_NW_E, _NW_W = Spot("峨嵋大道", 110.738, 35.164, "E"), Spot("峨嵋大道", 110.738, 35.164, "W")
_NE_E, _NE_W = Spot("峨嵋大道", 110.806, 35.164, "E"), Spot("峨嵋大道", 110.806, 35.164, "W")
_WS_N, _WS_S = Spot("西环路", 110.748, 35.120, "N"), Spot("西环路", 110.748, 35.120, "S")
_EN_N, _EN_S = Spot("东环路", 110.796, 35.172, "N"), Spot("东环路", 110.796, 35.172, "S")

_LEFT_ROUND = (_SOUTH_E, _EAST_N, _NORTH_W, _WEST_S)
_RIGHT_ROUND = (_WEST_N, _NORTH_E, _EAST_S, _SOUTH_W)
RING_LAPS = (
    Way(_SW_E, (*_LEFT_ROUND, _SOUTH_E), _SE_E),
    Way(_WS_N, (*_RIGHT_ROUND, _WEST_N), _NW_W),
    Way(_EN_S, (_EAST_S, _SOUTH_W, _WEST_N, _NORTH_E, _EAST_S), _SE_E),
    Way(_NE_W, (_NORTH_W, _WEST_S, _SOUTH_E, _EAST_N, _NORTH_W), _NW_W),
)
RING_WAYS = (
    Way(_SW_E, (_SOUTH_E, _EAST_N), _EN_N),
    Way(_WS_N, (_WEST_N, _NORTH_E), _NE_E),
    Way(_EN_S, (_EAST_S, _SOUTH_W), _SW_W),
    Way(_NE_W, (_NORTH_W, _WEST_S), _WS_S),
    Way(_NW_E, (_WEST_S, _SOUTH_E), _SE_E),
    Way(_SE_W, (_SOUTH_W, _WEST_N), _NW_W),
    Way(_SE_W, (_EAST_N, _NORTH_W), _NW_W),
    Way(_NW_E, (_NORTH_E, _EAST_S), _SE_E),
    Way(_SW_E, (_SOUTH_E,), _SE_E),
    Way(_NE_W, (_NORTH_W,), _NW_W),
)

_CARVED_S, _CARVED_N = Spot("五一路", 110.772, 35.1615, "S"), Spot("五一路", 110.772, 35.1615, "N")
_CARVED_W, _CARVED_E = Spot("北环路", 110.757, 35.156, "W"), Spot("北环路", 110.757, 35.156, "E")
CARVE_OUT_WAYS = (
    Way(_N, (_CARVED_S, _CARVED_W), _W),
    Way(_W, (_CARVED_E, _CARVED_N), _NE),
    Way(_NE_W, (_CARVED_S, _CARVED_W), _NW_W),
    Way(_WS_N, (_WEST_N, _CARVED_E, _CARVED_N), _NE_E),
)
OUTSIDE_WAYS = (
    Way(_W, (Spot("示意南乡道", 110.760, 35.1118, "E"),), _E),
    Way(_S, (Spot("示意西乡道", 110.7282, 35.142, "N"),), _N),
    Way(_SE, (Spot("示意东乡道", 110.8158, 35.142, "N"),), _NE),
    Way(_E, (Spot("示意北乡道", 110.785, 35.1802, "W"),), _NW),
    Way(_SW, (), _NW),
    Way(_NE, (_EAST_S,), _SE),
)

_FIVE_ONE_N, _FIVE_ONE_S = Spot("五一路", 110.772, 35.1345, "N"), Spot("五一路", 110.772, 35.1345, "S")
_FIVE_ONE_UP_N, _FIVE_ONE_UP_S = Spot("五一路", 110.772, 35.1535, "N"), Spot("五一路", 110.772, 35.1535, "S")
_EIGHT_N, _EIGHT_S = Spot("示意八街", 110.760, 35.130, "N"), Spot("示意八街", 110.760, 35.130, "S")
_TEN_S = Spot("示意十街", 110.778, 35.162, "S")
THROUGH = (
    Way(_S, (_FIVE_ONE_N, _FIVE_ONE_UP_N), _N),
    Way(_W, (Spot("示意二街", 110.751, 35.137, "E"), Spot("示意二街", 110.793, 35.137, "E")), _E),
    Way(_E, (Spot("示意四街", 110.793, 35.146, "W"), Spot("示意四街", 110.751, 35.146, "W")), _W),
    Way(_S, (_EIGHT_N, Spot("示意八街", 110.760, 35.1535, "N")), _NW),
    Way(_SE, (Spot("示意十一街", 110.784, 35.130, "N"), Spot("北环路", 110.793, 35.156, "E")), _E),
    Way(_NE, (_TEN_S, Spot("示意十街", 110.778, 35.139, "S"), _FIVE_ONE_S), _S),
    Way(_W, (Spot("示意四街", 110.751, 35.146, "E"), _EIGHT_S), _S),
    Way(_N, (_TEN_S, Spot("北环路", 110.793, 35.156, "E")), _E),
    Way(_NW, (_CARVED_E, Spot("北环路", 110.775, 35.156, "E"), Spot("北环路", 110.793, 35.156, "E")), _E),
)
# a long way about the town: some 10 km inside
LONG = (
    Way(
        _W,
        (
            Spot("示意二街", 110.751, 35.137, "E"),
            Spot("示意八街", 110.760, 35.144, "N"),
            Spot("示意五街", 110.775, 35.151, "E"),
            Spot("示意十二街", 110.790, 35.144, "S"),
            Spot("示意一街", 110.775, 35.1325, "W"),
            _EIGHT_S,
        ),
        _S,
    ),
    Way(
        _E,
        (
            Spot("示意四街", 110.793, 35.146, "W"),
            Spot("示意十一街", 110.784, 35.139, "S"),
            Spot("示意一街", 110.769, 35.1325, "W"),
            Spot("示意七街", 110.754, 35.144, "N"),
            Spot("示意五街", 110.763, 35.151, "E"),
            Spot("示意十街", 110.778, 35.158, "N"),
        ),
        _N,
    ),
)
PASS_ON_ROUTE = (
    Way(_S, (_FIVE_ONE_N, _FIVE_ONE_UP_N), _N),
    Way(_N, (_CARVED_S, _FIVE_ONE_UP_S, _FIVE_ONE_S), _S),
)
PASS_OFF_ROUTE = (
    Way(_S, (_FIVE_ONE_N, Spot("示意四街", 110.757, 35.146, "W"), Spot("示意四街", 110.751, 35.146, "W")), _W),
    Way(_N, (_CARVED_S, _FIVE_ONE_UP_S, Spot("示意二街", 110.793, 35.137, "E")), _E),
)
