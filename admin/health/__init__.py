"""Is everything there that calls need?"""
