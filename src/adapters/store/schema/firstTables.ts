/** The tables of the first version, as they were made. */
export const TABLES = [
  `create table manager (
    manager text not null primary key, directory_id text, display_name text, locale text,
    conversation text)`,
  `create index manager_directory on manager (directory_id)`,

  `create table button (
    handle text not null primary key, manager text not null, account_id text not null,
    created_at bigint not null)`,
  `create index button_age on button (created_at)`,

  `create table flow (
    id text not null primary key, purpose text not null, manager text not null,
    account_id text not null, account_name text not null, started_at bigint not null,
    expires_at bigint not null, ended_at bigint, saved_at bigint not null, turn bigint not null,
    version bigint not null, origin text, password_version text not null, message_id text,
    state text not null)`,
  `create unique index flow_open on flow (manager, account_id) where ended_at is null`,
  `create unique index flow_origin on flow (origin, purpose)`,
  `create index flow_account on flow (account_id) where ended_at is null`,
  `create index flow_idle on flow (saved_at) where ended_at is null`,
  `create index flow_ended on flow (ended_at)`,

  `create table passcode (
    flow_id text not null primary key references flow (id) on delete cascade
      deferrable initially deferred,
    mac text not null, expires_at bigint not null, former_mac text, former_expires_at bigint)`,
  `create table passcode_try (
    flow_id text not null references flow (id) on delete cascade deferrable initially deferred,
    turn bigint not null, mac text not null, primary key (flow_id, turn, mac))`,

  `create table failure (
    id text not null primary key, kind text not null, manager text not null,
    account_id text not null, at bigint not null)`,
  `create index failure_account on failure (account_id, kind, at)`,

  `create table code_send (
    id text not null primary key, flow_id text not null, manager text not null,
    account_id text not null, mobile text not null, mobile_index text not null,
    created_at bigint not null, outcome text not null, message_id text, fate text)`,
  `create index code_send_flow on code_send (flow_id, created_at)`,
  `create index code_send_mobile on code_send (mobile_index, created_at)`,
  `create index code_send_manager on code_send (manager, created_at)`,
  `create index code_send_age on code_send (created_at)`,
  `create index code_send_message on code_send (message_id)`,

  `create table enrollment (
    id text not null primary key, manager text not null, account_id text not null,
    mobile text not null, mobile_index text not null, enrolled_at bigint not null,
    usable_from bigint not null, unique (manager, account_id))`,
  `create index enrollment_account on enrollment (account_id)`,
  `create index enrollment_mobile on enrollment (mobile_index)`,

  `create table password_salt (account_id text not null primary key, salt text not null)`,
  `create table password_history (
    account_id text not null, number bigint not null, digest text not null,
    primary key (account_id, number))`,

  `create table notice (
    id text not null primary key, due_at bigint not null, tries bigint not null,
    payload text not null)`,
  `create index notice_due on notice (due_at)`,

  `create table lock (name text not null primary key)`,

  `create table audit (
    at text not null, event text not null, actor text not null, account text,
    result text not null, reason text, flow text, instance text not null,
    seq bigint not null primary key, previous text not null, hash text not null)`,
  `create table audit_head (id bigint not null primary key, seq bigint not null, hash text not null)`,
  `insert into audit_head (id, seq, hash) values (1, 0, '')`,
];
