"""From an inbox to stored rows: files received, read ahead, judged in batches, stored; and all of it again."""
