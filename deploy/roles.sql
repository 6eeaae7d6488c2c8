-- The database and its two roles: bot_owner changes the schema, bot uses it. As a superuser, with
--   psql --set=ON_ERROR_STOP=1 --set=owner_password=… --set=bot_password=… --file=roles.sql
create role bot_owner login password :'owner_password';
create role bot login password :'bot_password';
create database bot owner bot_owner;
\connect bot
revoke all on schema public from public;
grant usage, create on schema public to bot_owner;
grant usage on schema public to bot;
