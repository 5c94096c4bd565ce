"""Many tables on one machine, under the files of `fleet/`."""
