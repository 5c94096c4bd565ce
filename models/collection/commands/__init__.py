"""Commands that prepare and curate collections; one file each."""
