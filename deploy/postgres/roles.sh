#!/bin/bash
# Runs once, when the database is made: the role that web and workers sign in with. It owns nothing
# and sees nothing until it becomes one of the two roles that row-level security binds.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --set password="$WEB_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role eventflow_app nologin noinherit;
create role eventflow_platform nologin noinherit;
create role eventflow_web login noinherit nosuperuser nocreatedb nocreaterole password :'password';
grant eventflow_app, eventflow_platform to eventflow_web;
-- What the product asks for with each connection; behind a pooler, which passes none of it on, it
-- comes from here.
alter role eventflow_web set role = 'eventflow_app';
alter role eventflow_web set timezone = 'UTC';
alter role eventflow_web set statement_timeout = '15s';
revoke create on schema public from public;
SQL
