"""Run every benchmark: ``python -m benchmarks``."""

from benchmarks import cell_dump, choose, exact_bands, sweep_accuracy, sweep_speed, sweep_splat

if __name__ == "__main__":
    exact_bands.main()
    sweep_accuracy.main()
    sweep_speed.main()
    sweep_splat.main()
    choose.quick()
    cell_dump.main()
