# The same commands for people and for CI. Without just: run scripts/check.
check:
    scripts/check
