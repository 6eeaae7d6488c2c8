#!/bin/bash
# Makes the roles in the container of the database, once, when its volume is new.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --username=postgres --file=/etc/passwordbot/roles.sql \
  --set=owner_password="$(cat /own/owner-password)" --set=bot_password="$(cat /own/bot-password)"
