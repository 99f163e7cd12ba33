"""What tests of disclosure share."""

from __future__ import annotations

from tests.cli.conftest import run  # noqa: F401 (a fixture)
