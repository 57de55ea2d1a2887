"""What the service itself keeps, in the folder of the setting ``state``: keys, uploads, words, searches that found nothing."""
