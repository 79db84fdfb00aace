"""Server and worker killed (`kill -9`) at many moments, while clients go on: is anything lost that was acknowledged, or done twice?

    python benchmarks/service_kills [--kills 200] [--seed 1] [--database sqlite|postgresql]

Clients send traces in pieces and have them checked, decide on leads, and take applications for permits through their steps,
over HTTP, each request that creates with an Idempotency-Key; where a connection breaks they ask again as a client should. What
was answered with 2xx is written down on their side. A killed process is started again at once, and the store is held against
what was written down; at the end all of it, file by file, with `truckban audit verify` and `truckban db check`.

Processes are killed, the machine is not: that a write outlives a loss of power is a matter of fsync and not seen here.
"""
