"""The workbook a school fills in, blank or with what is already known."""

from expectations.template.filling import Filling
from expectations.template.workbook import write_template

__all__ = ["Filling", "write_template"]
