"""Who gets which call: the floor, its seats, its waiting callers and its offers."""
