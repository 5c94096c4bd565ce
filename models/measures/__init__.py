"""Measures of pictures that training watches and evaluation reports."""
