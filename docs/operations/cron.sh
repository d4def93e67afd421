#!/bin/sh
# Install: /etc/cxvault/cron.sh, mode 0750, group cxvault. Mail comes only when an operator has to look.
set -u
set -a
. /etc/cxvault/environment
set +a
command=$1
shift
output=$(cxvault "$command" --config /etc/cxvault/cxvault.config.json \
  --password-file /etc/cxvault/archive-password \
  --metrics-file /var/lib/cxvault/cxvault.prom --quiet "$@" 2>&1)
code=$?
case "$command:$code" in
  *:0 | run:3 | run:11) exit 0 ;; # done; some failed and are tried again; another run is under way
esac
printf 'cxvault %s ended with %s\n%s\n' "$command" "$code" "$output"
exit "$code"
