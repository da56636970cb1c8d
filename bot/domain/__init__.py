"""What sales teams talk about, as plain values: no I/O, no clock, no framework."""
