from tests.installations import *
from tests.workbooks import *
def test_it(home):
    inbox=home.settings.inbox
    write(inbox/"NSH-S007"/"a.zip", submission())
    write(inbox/"NSH-S008"/"a.xlsx", submission("NSH-S008"))
    s=take(home); print(s)
    from warehouse.tables import table
    for n in ("findings","sheet_counts","deliveries"): 
        for r in rows(home, table(n)): print(r)
    assert 0
