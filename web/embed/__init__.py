"""The search inside other sites: the widget, the frame, the feed."""
