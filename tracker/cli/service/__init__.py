"""Commands without a group that set up, run and look after the tracker."""
