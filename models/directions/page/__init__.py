"""The contact sheet as a local web page on which directions get their names."""
