# SPDX-License-Identifier: GPL-2.0-only
# Everything that is built lands in BUILD=. (Not O=: the kernel would take it for its own.)

KDIR	?= /lib/modules/$(shell uname -r)/build
KREL	:= $(shell sed -n 's/.*"\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
BUILD	?= build
MODDIR	?= $(abspath $(BUILD))/modules/$(KREL)
TOOLDIR	:= $(abspath $(BUILD))/tools
PREFIX	?= /usr
DESTDIR	?=

SOURCES := Kbuild $(shell find drivers include selftests/parport_sim -name '*.[ch]' -o -name Kbuild)

.PHONY: all modules tools demo check check-fast bench-monitor bench-usb bench-parallel fuzz deb install uninstall clean help

all: modules tools

help:
	@echo 'make                 build the modules for the running kernel, and the tools'
	@echo 'make modules KDIR=D  build the modules for the kernel whose build tree is D'
	@echo 'make tools           build libprintport, printportd and printportctl'
	@echo 'make demo            print on an emulated PJL laser, a parallel and a receipt'
	@echo '                     printer, and look at the pages (sets up all)'
	@echo 'make check           build for all kernels and run all tests (sets up all)'
	@echo 'make check-fast      the short check while you work, under two minutes'
	@echo 'make bench-monitor   what a language monitor costs, beside CUSE and usblp: table,'
	@echo '                     JSON and picture in build/bench (sets up all)'
	@echo 'make bench-usb       printport_usb beside usblp, in build/bench-usb (sets up all)'
	@echo 'make bench-parallel  printport_parport beside lp, in build/bench-parallel (the same)'
	@echo 'make fuzz            fuzz the languages for FUZZ_SECONDS each (needs clang)'
	@echo 'make deb             Debian packages, in build/deb (installs what building needs)'
	@echo 'make install         install modules and tools on this machine (KDIR=,'
	@echo '                     PREFIX=, DESTDIR=); make uninstall undoes it'
	@echo 'make clean           remove what was built; kernels stay in the cache'

modules:
	@test -n '$(KREL)' || { echo 'No kernel build tree at $(KDIR).' \
		'Install linux-headers-$(shell uname -r), or say KDIR=.' >&2; exit 1; }
	@mkdir -p $(MODDIR)
	@cp -u --parents -t $(MODDIR) $(SOURCES)
	$(MAKE) -C $(KDIR) M=$(MODDIR) $(KFLAGS) modules

tools:
	$(MAKE) -C tools O=$(TOOLDIR)

demo:
	selftests/demo/run

check:
	selftests/check

check-fast:
	selftests/check --fast

bench-monitor:
	selftests/bench/monitor

bench-usb:
	selftests/bench/usb

bench-parallel:
	selftests/bench/parallel

fuzz:
	$(MAKE) -C selftests/languages O=$(abspath $(BUILD))/languages fuzz

# As root what is missing for it is installed.
deb:
	@dpkg-checkbuilddeps -P nocheck 2>/dev/null || test "$$(id -u)" -ne 0 || \
		apt-get -y -q --no-install-recommends -P nocheck build-dep ./
	selftests/packages/build

install: all
	$(MAKE) -C $(KDIR) M=$(MODDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(MAKE) -C tools O=$(TOOLDIR) DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) install
	@test -n '$(DESTDIR)' || depmod -a $(KREL)

uninstall:
	@test -n '$(KREL)' || { echo 'No kernel build tree at $(KDIR): say KDIR=.' >&2; exit 1; }
	rm -f $(DESTDIR)/lib/modules/$(KREL)/*/drivers/printport/printport*.ko*
	$(MAKE) -C tools DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) uninstall
	@test -n '$(DESTDIR)' || depmod -a $(KREL)

clean:
	rm -rf $(BUILD)
