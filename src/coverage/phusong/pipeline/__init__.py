"""The steps of a study, in order: inputs, reach, gaps, plan, report."""
