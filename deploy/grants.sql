-- After each migration, as bot_owner in the database bot: bot may use the tables, but change neither the schema nor
-- what stands in the audit.
\set ON_ERROR_STOP 1
grant select, insert, update, delete on all tables in schema public to bot;
revoke update, delete, truncate on audit from bot;
revoke insert, update, delete on bot_migration from bot;
