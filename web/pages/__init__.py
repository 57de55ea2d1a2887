"""The pages for people: welcome, results, a passage in its document, the basket."""
