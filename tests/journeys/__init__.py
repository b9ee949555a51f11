"""The walks through the house, as the people would go: in a browser, over REST, through the queue."""
