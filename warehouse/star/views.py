"""All views of the star, in the order of its pages."""

from __future__ import annotations

from functools import cache

from warehouse.star.declared import View
from warehouse.star.dimensions import dim_age_band, dim_category, dim_date, dim_form, dim_institution
from warehouse.star.facts import fact_enrolment, fact_events, fact_pairs, fact_participation, fact_surveys


@cache
def facts() -> tuple[View, ...]:
    """Return the views of what happened."""
    return fact_participation(), fact_pairs(), fact_enrolment(), fact_surveys(), fact_events()


@cache
def dimensions() -> tuple[View, ...]:
    """Return the views of what facts are told apart by."""
    return dim_institution(), dim_date(), dim_form(), dim_category(), dim_age_band()
