"""Run every benchmark: ``python -m benchmarks``."""

from benchmarks import exact_bands

if __name__ == "__main__":
    exact_bands.main()
