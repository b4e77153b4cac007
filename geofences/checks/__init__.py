"""What is wrong with zone files, by themselves and beside others; what one changes in another."""
