"""Reading a delivered file into typed sheets, in a process with limits."""
