#!/usr/bin/env bash
# Runs a command with TEST_DATABASE_URL naming a throw-away server of Debian's PostgreSQL, installed when absent.
# Usage: scripts/with-debian-postgres.sh COMMAND...
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | head -1 || true)
if [ -z "$bin" ]; then
  apt-get update -qq
  mkdir -p /etc/postgresql-common
  grep -qs create_main_cluster /etc/postgresql-common/createcluster.conf ||
    echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
  apt-get install -y -qq --no-install-recommends postgresql >/dev/null
  bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | head -1)
fi

dir=$(mktemp -d /tmp/herald-debian-postgres.XXXXXX)
as_postgres() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
if [ "$(id -u)" -eq 0 ]; then chown postgres "$dir"; fi
finish() {
  as_postgres "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap finish EXIT

port=$(node -e "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
(
  cd /tmp
  as_postgres "$bin/initdb" -D "$dir/data" --encoding=UTF8 --locale=C.UTF-8 --auth=trust --username=herald >/dev/null
  as_postgres "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" start \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=300" >/dev/null
)
"$bin/postgres" --version
TEST_DATABASE_URL="postgres://herald@127.0.0.1:$port/postgres" "$@"
