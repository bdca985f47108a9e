"""What an observation becomes: verdict, venue, picture, stored row, outputs."""
