"""What each file of a study is called, and the sentence that says what it answers."""

from phusong.reporting.address_labels import INDEX as LABEL_INDEX
from phusong.reporting.wording import said

MAPS = {
    "maps/coverage.html": (
        said("Coverage map"),
        said("Coverage, white zones, sites and priorities; opens without a network."),
    ),
}
WITHOUT_PLAN = {
    "maps/coverage.html": said("Coverage and white zones; opens without a network."),
    "gis/layers.gpkg": said("Communes, areas without signal, villages, facilities, with styles."),
    "gis/layers.kmz": said("Communes, areas without signal, villages, facilities."),
}
"""What files show whose reader gets neither sites nor a plan."""
PAGES = {
    "plan/priorities.html": (
        said("Every priority with its reason"),
        said("Numbers, the whole reason, and the ground under each hop of its backhaul."),
    ),
}
TABLES = {
    "tables.xlsx": (
        said("All tables (Excel)"),
        said("Every table as a sheet, with what its columns mean, assumptions and sources."),
    ),
    "plan/priorities.xlsx": (
        said("Priorities (Excel)"),
        said("Where to build first, for whom, cost and reason; commune codes keep their zeros."),
    ),
    "plan/priorities.csv": (
        said("Priorities (CSV)"),
        said("The same, for other programs."),
    ),
    "plan/candidates.csv": (
        said("Candidate spots"),
        said("Every spot looked at for a new mast, and why it is computed in full or not."),
    ),
    "plan/power.csv": (
        said("Power of the options"),
        said("Grid, solar and diesel for each new mast: size and cost over the horizon."),
    ),
    "plan/strategies.csv": (
        said("Who pays what"),
        said("Each new mast alone, shared, or with roaming: what each operator pays."),
    ),
    "plan/build-order.csv": (
        said("Build order"),
        said("Step after step, beside the best set for the same money."),
    ),
    "plan/choices.csv": (
        said("Best sets"),
        said("For the budget, for targets, and what equity and a second server cost."),
    ),
    "plan/best-set.csv": (
        said("Options of the best sets"),
        said("What each best set builds, with people and money."),
    ),
    "plan/frontier.csv": (
        said("People against money"),
        said("Best set, greedy steps and build order at rising budgets, with proven bounds."),
    ),
    "plan/operator-frontier.csv": (
        said("People against money, operator by operator"),
        said("The same of each operator's own options."),
    ),
    "plan/operator-build-order.csv": (
        said("Build order, operator by operator"),
        said("Each operator's own options step after step, beside its own best sets."),
    ),
    "plan/backhaul.csv": (
        said("Backhaul links"),
        said("Each link of the options: length, clearance, extra mast, price."),
    ),
    "plan/backhaul.gpkg": (
        said("Backhaul links as lines"),
        said("The same, for GIS software."),
    ),
    "plan/hop-profiles.csv": (
        said("Profiles of microwave hops"),
        said("Ground, ray and first Fresnel zone of each hop, point by point."),
    ),
    "plan/stability.csv": (
        said("How sure the ranking is"),
        said("Rank intervals when models, levels, heights, prices and people are otherwise."),
    ),
    "plan/variance-split.csv": (
        said("What the doubt comes from"),
        said("How much surer people and ranks would be if one thing were known."),
    ),
    "plan/measure-next.csv": (
        said("Where to measure for the ranking"),
        said("Squares of the ground where a drive test would settle most."),
    ),
    "plan/decisions.csv": (
        said("Answers of operators"),
        said("Options agreed to, declined or moved; the plan follows them."),
    ),
    "plan/export/sites.csv": (
        said("Sites for planning tools"),
        said("For Atoll and the like."),
    ),
    "plan/export/transmitters.csv": (
        said("Transmitters for planning tools"),
        said("Antennas, azimuths, tilts, EIRP."),
    ),
    "plan/export/cells.csv": (
        said("Cells for planning tools"),
        said("Carriers and bandwidths."),
    ),
    "gaps/no-signal.csv": (
        said("Areas without signal"),
        said("Each area: people, villages, nearest signal and site, cause; per operator."),
    ),
    "gaps/communes.csv": (
        said("By commune"),
        said("Area and people covered, marginal, without signal; per operator and for all."),
    ),
    "gaps/totals.csv": (
        said("All communes together"),
        said("Area and people with 80 % intervals; per operator and for all."),
    ),
    "gaps/village-counts.csv": (
        said("Villages by verdict"),
        said("Villages without signal, in part, or covered, by commune, with 80 % intervals."),
    ),
    "gaps/environments.csv": (
        said("By commune and environment"),
        said("Outdoors, in a vehicle, indoors: the same columns as the table by commune."),
    ),
    "speed-tiles/communes.csv": (
        said("Speed tests of telephones by commune"),
        said("Open tests of all operators, and how many where no signal is modelled."),
    ),
    "speed-tiles/tiles.csv": (
        said("Speed tests of telephones by square"),
        said("Squares of some 600 m: tests, telephones, rates; none is no sign of missing signal."),
    ),
    "calibration/fit.csv": (
        said("Corrections fitted to measurements"),
        said("With 95 % intervals."),
    ),
    "calibration/held-out.csv": (
        said("Errors before and after correction"),
        said("Where nothing was fitted."),
    ),
    "calibration/confusion.csv": (
        said("Signal as modelled and as measured"),
        said("Counts, and how often the model is right."),
    ),
    "calibration/reliability.csv": (
        said("Chances against what was found"),
        said("By steps of the chance."),
    ),
    "calibration/where-next.csv": (
        said("Where to measure next"),
        said("Where a measurement settles most."),
    ),
    "calibration/cells.csv": (
        said("Cells that were heard, and the tower list"),
        said("Distance, angle, and what the list lacks."),
    ),
    "calibration/left-out.csv": (
        said("Measurements that were not used"),
        said("By file and reason."),
    ),
    "gaps/models.csv": (
        said("By commune and propagation model"),
        said("The same columns by each model, and where the models decide otherwise."),
    ),
    "gaps/villages.csv": (
        said("By village"),
        said("Verdict, probability, level at the centre and in the settlement; per operator."),
    ),
    "gaps/causes.csv": (
        said("Why there is no signal, by village"),
        said("Terrain, distance, power, antenna, uplink, no site; with the dB it rests on."),
    ),
    "gaps/infrastructure.csv": (
        said("Infrastructure by village"),
        said("Sites near, technologies, fibre, fixed broadband, grid, road; per operator."),
    ),
    "gaps/infrastructure-communes.csv": (
        said("Infrastructure by commune"),
        said(
            "Villages with a signal, with a site and none, without a site; how many are not known."
        ),
    ),
    "gaps/support.csv": (
        said("Support for poor households"),
        said("In covered villages, where a subsidy helps now, and in gaps, where to build first."),
    ),
    "gaps/information.csv": (
        said("Ways to inform villages"),
        said("By mobile, by loudspeaker, by both or by neither; by language where it is known."),
    ),
    "gaps/offices.csv": (
        said("Commune offices"),
        said("LAN, connection, mobile signal."),
    ),
    "gaps/offices-target.csv": (
        said("Commune offices against the plan"),
        said("With a LAN, without, not known."),
    ),
    "gaps/facilities.csv": (
        said("By facility"),
        said("Schools, clinics, commune offices, loudspeaker clusters."),
    ),
    "gaps/successors.csv": (
        said("By commune since 1 July 2025"),
        said("The same results, gathered by the communes formed in the reform."),
    ),
    "gaps/criterion8.csv": (
        said("Criterion 8, by commune"),
        said("Each indicator of information and communication: met or not, and on what grounds."),
    ),
    "gaps/loudspeakers.csv": (
        said("Loudspeaker clusters"),
        said("Which can run on a mobile signal or fibre, which wait for either."),
    ),
    "gaps/reported.csv": (
        said("Villages reported without signal"),
        said("Reports beside the modelled verdicts."),
    ),
    "gaps/reported-confusion.csv": (
        said("Reports against the model"),
        said("How many villages agree, and do not."),
    ),
    "gaps/field-checks.csv": (
        said("Where to measure"),
        said("Villages of which report and model disagree."),
    ),
    "gaps/villages-to-place.csv": (
        said("Villages without coordinates"),
        said("To be placed on a map first; they are not judged until then."),
    ),
    "gaps/address-codes.csv": (
        said("Address codes"),
        said("Plus Codes of villages and households."),
    ),
    "reach/quality.csv": (
        said("Quality by commune"),
        said("People by class of download rate in the busy hour; per operator."),
    ),
    "reach/resilience.csv": (
        said("When a site goes down"),
        said("People and area that lose service, for every site."),
    ),
    "scenarios/communes.csv": (
        said("Scenarios"),
        said("Change of area and people against the network of today, by commune."),
    ),
    "reach/servers.csv": (
        said("Sites and sectors used"),
        said("Numbers of the server rasters; which fields were filled from defaults."),
    ),
}
FILES = {
    LABEL_INDEX: (
        said("Address labels by village"),
        said("Sheets to print and lists, one for each village; for the province alone."),
    ),
    "gis/layers.gpkg": (
        said("Layers for GIS (GeoPackage)"),
        said("Communes, areas without signal, villages, facilities, sites, options, with styles."),
    ),
    "gis/layers.kmz": (
        said("Layers for Google Earth (KMZ)"),
        said("Communes, areas without signal, villages, facilities, sites, options."),
    ),
    "gaps/no-signal.gpkg": (
        said("Gaps (GeoPackage)"),
        said("Polygons, for QGIS."),
    ),
    "gaps/no-signal.parquet": (
        said("Gaps (GeoParquet)"),
        said("The same polygons."),
    ),
    "plan/options.gpkg": (
        said("Priorities (GeoPackage)"),
        said("Points with the whole table."),
    ),
    "speed-tiles/tiles.gpkg": (
        said("Speed tests of telephones (GeoPackage)"),
        said("The same squares, for QGIS."),
    ),
    "calibration/residuals.gpkg": (
        said("Measured places with their residual"),
        said("Points in the study's CRS."),
    ),
    "calibration/settings.toml": (
        said("Lines for the study file"),
        said("Corrections found; nothing changes until they stand there."),
    ),
    "manifest.json": (
        said("Manifest"),
        said("Checksums of every input and result, assumptions, versions."),
    ),
}
RASTERS = {
    "level": said("received level [dBm]"),
    "probability": said("probability of coverage [%]"),
    "server": said("best server"),
    "rate": said("download rate [Mbit/s]"),
    "sinr": said("signal to interference and noise [dB]"),
    "sites": said("sites that cover"),
    "spare": said("probability of coverage without the best site [%]"),
    "agreement": said("which model gives a signal (0 neither, 1 the first, 2 the second, 3 both)"),
    "direction": said("weaker direction (1 downlink, 2 uplink)"),
}
NOTEBOOKS = {
    "notebooks/00_quickstart.html": (
        said("Quick start"),
        said("Four steps and the answer."),
    ),
    "notebooks/01_data.html": (
        said("Data"),
        said("Which data and assumptions?"),
    ),
    "notebooks/02_reach.html": (
        said("Reach"),
        said("How far does each operator reach?"),
    ),
    "notebooks/03_gaps.html": (
        said("Gaps"),
        said("Who has no signal, and where?"),
    ),
    "notebooks/04_priorities.html": (
        said("Priorities"),
        said("Where to build first?"),
    ),
    "notebooks/05_service.html": (
        said("Service"),
        said("How good is service, and what is left when a site fails?"),
    ),
    "notebooks/06_uncertainty.html": (
        said("Uncertainty"),
        said("How sure is the ranking, and where to measure next?"),
    ),
    "notebooks/07_validation.html": (
        said("Validation"),
        said("How far can the levels be trusted?"),
    ),
}
