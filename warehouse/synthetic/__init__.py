"""Made-up deliveries that look like real life, for demonstration and measurement."""

from warehouse.synthetic.incidents import REGION_RATES, TOWN_RATES, Rates, Timing
from warehouse.synthetic.region import write_region_reference
from warehouse.synthetic.setting import Setting, read_setting
from warehouse.synthetic.waves import Posting, Wave, prepare_waves

REGION_PARTICIPANTS = 185  # students involved in an institution of the region; with adults about 200 rows

__all__ = [
    "REGION_PARTICIPANTS",
    "REGION_RATES",
    "TOWN_RATES",
    "Posting",
    "Rates",
    "Setting",
    "Timing",
    "Wave",
    "prepare_waves",
    "read_setting",
    "write_region_reference",
]
