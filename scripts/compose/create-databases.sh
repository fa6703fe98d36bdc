#!/bin/bash
# Run once by the postgres image, when its data folder is empty: the roles and the two databases, with the passwords that stand
# in DATABASE_URL (Herald's) and PG_DATABASE_URL (the engine's). Passwords of letters, digits, - and _ only, as init makes them.
set -euo pipefail

password_of() {
  local rest=${1#*://*:}
  echo "${rest%%@*}"
}

export HERALD_PASSWORD HASURA_PASSWORD
HERALD_PASSWORD=$(password_of "$DATABASE_URL")
HASURA_PASSWORD=$(password_of "$PG_DATABASE_URL")
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --file /etc/herald/create-databases.sql
