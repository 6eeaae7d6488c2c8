#!/bin/bash
# Makes the roles in the container of the database, once, when its volume is new. psql itself reads the passwords:
# what stands in its arguments is in the list of processes.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --username=postgres <<'END'
\set owner_password `cat /own/owner-password`
\set bot_password `cat /own/bot-password`
\i /etc/passwordbot/roles.sql
END
