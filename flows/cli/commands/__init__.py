"""The commands, a module a subject; `root` gathers them."""
