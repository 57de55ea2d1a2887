"""Who may read, from where, and the headers around every answer."""
