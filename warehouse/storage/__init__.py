"""What an installation keeps: received files, remains, vault, lake, and how rows get in."""
