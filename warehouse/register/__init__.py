"""The register and the plan: institutions in time, targets, dates, as the order gives them."""
