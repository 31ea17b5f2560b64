"""What is tidied up behind the sale: holds that are over, hundreds at a time, and pools that ran uneven."""
