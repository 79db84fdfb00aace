#!/bin/sh
# The password comes from a file and stays out of the image, the compose file and `docker inspect`.
set -eu
if [ -z "${TRUCKBAN_DATABASE_URL:-}" ] && [ -r /run/secrets/postgres_password ]; then
    password=$(python -c 'import sys, urllib.parse as u; print(u.quote(sys.stdin.read().strip(), safe=""))' < /run/secrets/postgres_password)
    export TRUCKBAN_DATABASE_URL="postgresql://truckban:${password}@postgres/truckban"
fi
exec truckban "$@"
