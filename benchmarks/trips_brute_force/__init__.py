"""Plans of trips against a search of another kind: every street part at every second, on random small maps.

    python benchmarks/trips_brute_force --cases 10000 --seed 1 [--jobs 2] [--first 0]

Maps are grids of 4 x 4 to 5 x 5 crossings (some blocks missing, some one-way, some without trucks, three speeds, forbidden turns);
zones are rings of their streets with a carve-out; notices, vehicles and permits are drawn at random. Each trip is planned by
`truckban.trips`, and again here: a street is cut where `truckban` itself gives positions on it another place, each part is
asked `decide` by position for each span of hours, and lawful ways are looked for among all instants at once (a whole number
whose bits are seconds). Drives take whole seconds in both, so the two must agree to the second.

Compared are: the quickest way as asked; whether it is lawful, and its first second that is not; the earliest lawful arrival
of departures from then on, and the latest departure that still arrives then; the latest lawful departure that arrives when
asked; and `decide`, at every second of driving, of every alternative (of `permit`, with the permit).

Counted apart, and told at the end:

* `with no second to spare`: a truck that must enter a street at the very second its ban ends, and leave it at the very second it
  begins again, may do so here, where streets take whole seconds, and miss it there by the millimetres to which they are measured
  (or the other way round). Held against that is the same search with each lawful span a second shorter at each end (the answer
  lies between), or a look at every millisecond.
* `at a crossing`: the plan agrees with what `decide` says of the streets by name, and is stricter than what it says by position:
  within the width of the street that a permit names, a crossing is the permit's by position, and the other street's by name.

A long run can be broken off and gone on with: after every 500 cases it prints what it has found, and with which `--first` it goes on.
"""
