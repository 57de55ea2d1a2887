"""What writers do with passages: texts made fit for an official document, and the document itself."""
