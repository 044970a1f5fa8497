"""`hotseat roster`: the roster on the command line."""
