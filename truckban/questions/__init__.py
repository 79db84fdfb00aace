"""Questions as JSON: cases and columns of fixes in, verdicts out, for `truckban decide` and the API alike."""
