"""The star schema: views of what is in force now, with stable names, for analysts and their programs."""
