"""A long run of the real processes, with visitors in a hurry and random faults: does it grow?"""
