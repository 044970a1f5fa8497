"""Everything that speaks Asterisk: wire codecs, AMI, FastAGI, rendered files, the sandbox."""
