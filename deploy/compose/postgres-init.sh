#!/bin/sh
# A role and a database for each service and for Keycloak, which no other role may connect to. PostgreSQL's image runs
# it once, on an empty volume. Repeatable: run it again in the container for a new service or a changed password.
set -eu

for name in gateway access cases files notify metrics keycloak; do
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set name="$name" --set file="${SECRETS_DIR:-/run/secrets}/$name.database-password" <<'SQL'
\set password `cat :'file'`
SELECT format('CREATE ROLE %I LOGIN', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
