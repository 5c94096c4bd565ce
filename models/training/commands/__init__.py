"""Commands that train and sample; one file each."""
