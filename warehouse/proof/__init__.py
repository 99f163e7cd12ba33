"""The proof of a release: a second engine over the lake, the evidence it leaves, signatures."""


class Unproved(Exception):
    """A release that cannot be proved and is not made; its text is for the operator, without a person's cell."""
