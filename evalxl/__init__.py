"""What a city does with its evaluation sheets."""
