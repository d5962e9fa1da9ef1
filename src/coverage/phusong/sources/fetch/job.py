"""One thing to fetch: a source of the catalogue for one input of a study."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from phusong.sources.fetch.catalogue import OpenSource
from phusong.sources.fetch.download import Fetched
from phusong.sources.fetch.errors import FetchError, OfflineError
from phusong.sources.fetch.ranges import Bounds
from phusong.sources.fetch.wire import Wire, hidden


def untold(done: int, total: int) -> None:
    """Progress that nobody is told.

    Parameters
    ----------
    done, total
        Bytes that are there, and those expected.
    """


@dataclass(frozen=True)
class Job:
    """What a recipe needs to know.

    Parameters
    ----------
    source
        Record of the catalogue.
    wire
        The way to its hosts.
    target
        File or folder that the study names for the input.
    bounds
        West, south, east and north of the study's frame [degrees, WGS 84].
    country
        ISO 3166 code of three letters; empty when the study gives none.
    neighbours
        Codes of further countries that the frame reaches into.
    country_codes
        Mobile country codes of the study's operators.
    quarter
        Quarter of a year, as in ``2024-Q4``, for sources that come by quarter.
    token
        The user's own token for the provider; never written anywhere.
    have
        Names of files that are there already and whole; they are not had again.
    progress
        Is told the bytes that are there and those expected (0 when unknown).
    notes
        Takes what the user should know of what came.
    """

    source: OpenSource
    wire: Wire
    target: Path
    bounds: Bounds
    country: str = ""
    neighbours: tuple[str, ...] = ()
    country_codes: tuple[str, ...] = ()
    quarter: str = ""
    token: str = ""
    have: frozenset[str] = frozenset()
    progress: Callable[[int, int], None] = untold
    notes: list[str] = field(default_factory=list)

    def addresses(self) -> tuple[str, ...]:
        """Addresses of what the frame needs: one for each country, where the source has countries.

        Returns
        -------
        tuple of str
            The study's own country first.
        """
        if "{ISO}" not in self.source.url:
            return (self.address(),)
        codes = dict.fromkeys((self.country, *self.neighbours))
        return tuple(self.address(country=code) for code in codes)

    def refuse_offline(self, urls: Iterable[str], note: str = "") -> None:
        """Name everything that is needed, where the network may not be used.

        Parameters
        ----------
        urls
            What would be asked for.
        note
            What else is worth knowing of it.

        Raises
        ------
        OfflineError
            The network may not be used.
        """
        if self.wire.offline:
            named = ", ".join(hidden(url) for url in urls)
            raise OfflineError(f"{named} is needed{note}, and the network may not be used")

    def address(
        self, template: str | None = None, *, country: str | None = None, **parts: str
    ) -> str:
        """Fill in an address of the record.

        Parameters
        ----------
        template
            Address with names in braces; that of the record by default.
        country
            Code of three letters; that of the study by default.
        **parts
            Further names, such as ``tile``.

        Returns
        -------
        str
            The address.

        Raises
        ------
        FetchError
            The study gives no country and the address needs one.
        """
        template = template or self.source.url
        country = self.country if country is None else country
        if "{ISO}" in template and len(country) != 3:
            raise FetchError(
                f"{self.source.key} is had by country; write area.country into the study file, "
                'for example country = "VNM"'
            )
        return template.format(ISO=country.upper(), iso=country.lower(), token=self.token, **parts)


@dataclass(frozen=True)
class Artefact:
    """A file that a recipe wrote, and where it is from.

    Parameters
    ----------
    file
        The file.
    url
        Where from; without anything secret.
    sha256
        Of the file, in hexadecimal.
    size_bytes
        Its length.
    etag, modified
        The provider's marks of the version that it was made from; empty when there are none.
    made
        What was done to it on the way, in words.
    licence, attribution, vintage
        As the provider's own record says, where that differs from the catalogue.
    """

    file: Path
    url: str
    sha256: str
    size_bytes: int
    etag: str = ""
    modified: str = ""
    made: str = "as downloaded"
    licence: str = ""
    attribution: str = ""
    vintage: str = ""

    @classmethod
    def of(cls, file: Path, url: str, fetched: Fetched, made: str = "as downloaded") -> "Artefact":
        """Describe a file that was downloaded.

        Parameters
        ----------
        file
            The file.
        url
            Where from.
        fetched
            What came.
        made
            What was done to it.

        Returns
        -------
        Artefact
            With the provider's marks.
        """
        return cls(
            file, hidden(url), fetched.sha256, fetched.size_bytes, fetched.etag, fetched.modified,
            made,
        )  # fmt: skip
