"""Plan notes in other processes before they are rendered."""
