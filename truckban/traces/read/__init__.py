"""From files to rows: each typed, or rejected with its line, its field and the reason."""
