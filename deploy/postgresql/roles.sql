-- As the superuser, once: psql -f roles.sql. Nobody logs in before a password is set with \password, which no
-- history, list of processes or log then shows.
\set ON_ERROR_STOP on

CREATE ROLE maarag LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE ROLE maarag_app LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
-- What the application becomes for a transaction that may see the rows of one family alone.
CREATE ROLE maarag_one_family NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
GRANT maarag_one_family TO maarag_app;
CREATE ROLE maarag_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS;
GRANT pg_read_all_data TO maarag_backup;

-- What sessions would otherwise set for themselves, which a pooler in transaction mode does not keep.
ALTER ROLE maarag_app SET timezone = 'UTC';
ALTER ROLE maarag_app SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE maarag_app SET statement_timeout = '60s';
ALTER ROLE maarag_app SET lock_timeout = '10s';

-- Not LC_CTYPE=C: with it Hebrew search finds nothing. `maarag doctor` looks.
CREATE DATABASE maarag OWNER maarag TEMPLATE template0 ENCODING 'UTF8'
    LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
REVOKE CONNECT, TEMPORARY ON DATABASE maarag FROM PUBLIC;
GRANT CONNECT ON DATABASE maarag TO maarag_app, maarag_backup;

\connect maarag
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO maarag;
GRANT USAGE ON SCHEMA public TO maarag_app, maarag_one_family, maarag_backup;
