"""The live floor: queues and seats as they are at this moment, pushed by the running server."""
