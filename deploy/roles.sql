-- The database and its two roles: bot_owner changes the schema, bot uses it. As a superuser, with the variables
-- owner_password and bot_password set inside psql.
-- The roles are the cluster's: after a loss of the database alone they are there still.
select format('create role %I', name) from unnest(array['bot_owner', 'bot']) name
  where not exists (select from pg_roles where rolname = name) \gexec
alter role bot_owner login password :'owner_password';
alter role bot login password :'bot_password';
create database bot owner bot_owner;
\connect bot
revoke all on schema public from public;
grant usage, create on schema public to bot_owner;
grant usage on schema public to bot;
