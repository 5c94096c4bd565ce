#!/bin/sh
# Alertmanager: a time interval cannot run over the night from Saturday to Sunday. Its week begins on
# Sunday and ranges of days may not go round, so `saturday:sunday`, the weekend, and `tuesday:sunday`, a
# museum that is closed on Mondays, are refused; `['tuesday:saturday', 'sunday']` says the same and is taken.
#
# Debian 12, prometheus-alertmanager 0.25.0-1+b4, `amtool check-config`: "start day cannot be before end day".
#
# Exits 0 while it is so, 1 when it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "prometheus-alertmanager=0.25.0-1+b4" > /dev/null 2>&1
dpkg -x prometheus-alertmanager_*.deb "$folder/root"
takes() {
  cat > config.yml <<YAML
route: {receiver: nobody}
receivers: [{name: nobody}]
time_intervals: [{name: open, time_intervals: [{weekdays: [$1]}]}]
YAML
  if said=$("$folder/root/usr/bin/amtool" check-config config.yml 2>&1); then
    echo "[$1]: taken"
  else
    echo "[$1]: refused: $(echo "$said" | grep -o 'FAILED: .*')"
    return 1
  fi
}
for days in "'saturday:sunday'" "'tuesday:sunday'"; do
  if takes "$days"; then exit 1; fi
done
takes "'tuesday:saturday', 'sunday'"
