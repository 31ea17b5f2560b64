"""What is tidied up behind the sale: holds that are over, a thousand at a time, and pools that ran uneven."""
