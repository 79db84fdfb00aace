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

An answer that disagrees, but agrees in everything where each lawful span is taken a second shorter at each end, is counted apart:
a truck that must enter a street at the very second its ban ends, and leave it at the very second it begins again, may do so here,
where streets take whole seconds, and miss it there by the millimetres to which they are measured.

Counted apart is what turns on less than a second: streets take whole seconds here, and are measured to the millimetre there, so
that a way with no second to spare at the end of a ban may be one way lawful and the other not; what is held against that is the
same search with each lawful span a second shorter at each end, or a look at every millisecond.

A long run can be broken off and gone on with: after every 500 cases it prints what it has found, and with which `--first` it goes on.
"""
