"""hotseat: a hotline server for Asterisk. Composition, configuration, storage, Asterisk I/O."""
