"""What no bytes may do: targets for a fuzzer (`make fuzz`), which tests run on their seeds too."""
