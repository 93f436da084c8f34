#!/usr/bin/env bash
# Starts one member of the replica set. The members know each other by MONGO_KEY, which mongod reads from a file of its own user.
set -euo pipefail

install --owner mongodb --group mongodb --mode 0400 /dev/null /run/mongo/key
printf '%s' "$MONGO_KEY" >/run/mongo/key
unset MONGO_KEY
exec docker-entrypoint.sh mongod --replSet portcullis --keyFile /run/mongo/key --bind_ip_all
