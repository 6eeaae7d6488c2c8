-- After each migration, as bot_owner in the database bot: bot may use the tables, but change neither the schema nor
-- what stands in the audit.
\set ON_ERROR_STOP 1
grant select, insert, update, delete on all tables in schema public to bot;
revoke update, delete, truncate on audit from bot;
revoke insert, update, delete on bot_migration from bot;
revoke insert, delete on audit_head from bot;
-- What the bot only adds to: without it numbers could be put back, or passwords taken again.
revoke delete on manager, revocation, answering, password_seen, password_salt from bot;
revoke update on password_salt from bot;
-- A row that is moved to another account or manager is as good as deleted.
revoke update on revocation, answering, password_seen from bot;
grant update (seal) on revocation to bot;
grant update (entries) on answering to bot;
grant update (version) on password_seen to bot;
