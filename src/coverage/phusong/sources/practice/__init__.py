"""The practice study: invented terrain, people and networks around ten real communes."""

from phusong.sources.practice.writer import write_practice_data

__all__ = ["write_practice_data"]
