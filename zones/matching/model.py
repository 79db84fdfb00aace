"""The numbers of the hidden Markov model."""

from typing import NamedTuple


class Model(NamedTuple):
    """What fixes and ways are worth, in metres and seconds.

    Set on the 22 tracks of Kubička et al. 2015 as marginal means over a random search, not as its best draw (see
    `docs/decisions/0006-map-matching.md`).

    Attributes:
        sigma: error of a fix that does not say its own, one axis.
        tail: degrees of freedom of the emission: a Student distribution, since receivers have bursts.
        spread: streets are candidates up to this many sigma further than the nearest one.
        beta_1, beta_30, beta_60: scale of |route - straight distance| at so many seconds between fixes, linear between.
        turn: price of a turn of half a circle, growing with the square of the angle (in the choice of ways).
        u_turn: price of driving back along the same street.
        turn_every: metres; between fixes nearer to each other than this, driving back is rarer in proportion.
        turns_30, turns_60: prices of turns divided by this are log-probability, up to 30 and from 60 seconds between fixes:
            the longer the way that nobody saw, the more it counts that drivers like to go straight on.
        backwards: fixes may drift this far back along a street without a way being looked for.
        top_speed: metres a second above which ways become unlikely.
        overspeed: metres too far, divided by this, are log-probability.
        heat: log-probabilities are divided by it before posteriors are taken, so that p is what was true of so many metres.
        apart: fixes nearer to the last one kept are left out; after `alike` seconds, those at half of that.
        alike: seconds for which errors of fixes are much the same.
        detour: ways longer than the straight line by this many of that scale are not looked for, unless there is no other.
        silence, silence_moved: after so many seconds without a fix and so many metres, the drive begins anew.
        away: so it does after so many metres away from all streets.
    """

    sigma: float = 6.5
    tail: float = 4.5
    spread: float = 8.0
    beta_1: float = 10.0
    beta_30: float = 30.0
    beta_60: float = 80.0
    turn: float = 220.0
    u_turn: float = 300.0
    turn_every: float = 500.0
    turns_30: float = 220.0
    turns_60: float = 80.0
    backwards: float = 45.0
    top_speed: float = 40.0
    overspeed: float = 30.0
    heat: float = 0.75
    apart: float = 12.0
    alike: float = 15.0
    detour: float = 25.0
    silence: float = 600.0
    silence_moved: float = 300.0
    away: float = 1000.0
