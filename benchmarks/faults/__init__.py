"""Faults, one after the other, on a running table: is the stage ever without a picture?"""
