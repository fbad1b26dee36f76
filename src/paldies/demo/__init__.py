"""Two minutes in which a visitor sees the whole product at work, in a shop that is made up."""
