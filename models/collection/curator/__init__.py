"""The curator's local web page: keep, drop and re-crop by mouse and keyboard."""
