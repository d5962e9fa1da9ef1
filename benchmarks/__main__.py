"""Run every benchmark: ``python -m benchmarks``."""

from benchmarks import cell_dump, exact_bands

if __name__ == "__main__":
    exact_bands.main()
    cell_dump.main()
